/** How the page is joined to the servers. */
export type Link = 'connecting' | 'online' | 'reconnecting'

/** The target that means all people of the room. No name may be this. */
export const everyone = '*'

/** One line of the room's log. It never changes: it stays the same object as long as it is there. */
export type Line = Message | Notice | Unsent

interface LineBase {
  /** Milliseconds since the epoch. */
  readonly at: number
  readonly text: string
}

/** What somebody said: to everyone, or to one person when `target` is a name. */
export interface Message extends LineBase {
  readonly kind: 'message'
  readonly from: string
  readonly target: string
  /** Whether it goes on from the line above: same person, same target, soon after. */
  readonly continues: boolean
}

/** What happened in the room. */
export interface Notice extends LineBase {
  readonly kind: 'notice'
}

/** A message of one's own that did not get through. */
export interface Unsent extends LineBase {
  readonly kind: 'unsent'
  readonly target: string
  readonly reason: string
}

/** All that the page shows of a room. A value: what happens makes a new one. */
export interface Room {
  readonly self: string
  readonly name: string
  readonly link: Link
  readonly people: readonly string[]
  readonly lines: readonly Line[]
  /** Whom the next message is for: `everyone`, or a name. */
  readonly target: string
}

/** The most lines kept: the oldest go first. */
const maxLines = 500

const groupWithinMs = 5 * 60_000

/** Returns the room as it is before anything happened in it. */
export function createRoom(self: string, name: string): Room {
  return { self, name, link: 'connecting', people: [], lines: [], target: everyone }
}

/** Entered, for the first time or again: `people` is the whole list, oneself included. */
export function entered(room: Room, people: readonly string[], at: number): Room {
  const again = room.lines.length > 0
  const text = again ? 'You are back. What was said in between is not shown.' : 'You entered the room.'
  return notice({ ...room, people: sorted(people, room.self) }, text, at)
}

/** The connection changed. */
export function linked(room: Room, link: Link): Room {
  return { ...room, link }
}

/** Somebody came in. Nothing changes when the list has the name already. */
export function joined(room: Room, user: string, at: number): Room {
  if (room.people.includes(user)) return room
  return notice({ ...room, people: sorted([...room.people, user], room.self) }, `${user} came in.`, at)
}

/** Somebody went. Nothing changes when the list has no such name. */
export function left(room: Room, user: string, at: number): Room {
  if (!room.people.includes(user) || user === room.self) return room
  return notice({ ...room, people: room.people.filter((person) => person !== user) }, `${user} left.`, at)
}

/** The whole list of people has come: whoever is missing has left, whoever is new came in. */
export function listed(room: Room, people: readonly string[], at: number): Room {
  const gone = room.people.filter((person) => !people.includes(person))
  const without = gone.reduce((before, person) => left(before, person, at), room)
  return people.reduce((before, person) => joined(before, person, at), without)
}

/** Somebody, perhaps oneself, said something that everyone or oneself may read. */
export function said(room: Room, message: { from: string; target: string; text: string }, at: number): Room {
  const above = room.lines.at(-1)
  const continues =
    above?.kind === 'message' &&
    above.from === message.from &&
    above.target === message.target &&
    at - above.at < groupWithinMs
  return withLine(room, { kind: 'message', at, ...message, continues })
}

/** A message of one's own did not get through, for `reason`. */
export function unsent(
  room: Room,
  message: { target: string; text: string; reason: string },
  at: number,
): Room {
  return withLine(room, { kind: 'unsent', at, ...message })
}

/** A line is taken away: an unsent one that is sent again. */
export function withoutLine(room: Room, line: Line): Room {
  return { ...room, lines: room.lines.filter((other) => other !== line) }
}

/** The next message is for `target`. Talking to oneself is talking to everyone. */
export function aimed(room: Room, target: string): Room {
  return { ...room, target: target === room.self ? everyone : target }
}

/** Whether the person whom the next message is for has left. It must not then go to everyone. */
export function targetLeft(room: Room): boolean {
  return room.target !== everyone && !room.people.includes(room.target)
}

/** Whether a message can be sent now. */
export function canSend(room: Room): boolean {
  return room.link === 'online' && !targetLeft(room)
}

function notice(room: Room, text: string, at: number): Room {
  return withLine(room, { kind: 'notice', at, text })
}

function withLine(room: Room, line: Line): Room {
  return { ...room, lines: [...room.lines, line].slice(-maxLines) }
}

function sorted(people: readonly string[], self: string): readonly string[] {
  const others = [...new Set(people)].filter((person) => person !== self)
  return [self, ...others.sort((one, other) => one.localeCompare(other))]
}
