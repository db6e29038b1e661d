import type { Person } from './person.ts'

/** What a fault did to the people. */
export interface Verdict {
  /** The longest time after the fault until everybody in a room had heard what was said after it, in milliseconds. */
  readonly recoveredMs: number
  /** Requests that were never answered, not even with an error. */
  readonly unanswered: number
  /** Requests that were answered with an error, by code. */
  readonly refused: ReadonlyMap<number, number>
  /** Answered messages that somebody did not hear who was in the room all the time. */
  readonly lost: number
  readonly doubled: number
  /** Messages of one person that another heard in the wrong order. */
  readonly reordered: number
  /** Names that somebody's list has and that are not there, or the other way round. */
  readonly ghosts: number
}

/** How long before and after a message a person must have been in the room to have to hear it. */
const marginMs = 1_000

/** Returns what the people noted from `from`, the moment of the fault. They have had time to hear everything. */
export function judge(people: readonly Person[], from: number): Verdict {
  for (const person of people) person.outFrom(from)
  const rooms = [...Map.groupBy(people, ({ room }) => room).values()]
  return {
    recoveredMs: Math.max(...rooms.map((room) => recoveryOf(room, from))),
    unanswered: sum(people.map(({ waiting }) => waiting)),
    refused: refusalsOf(people),
    lost: sum(rooms.map((room) => lostIn(room))),
    doubled: sum(people.map((person) => count(person, (number, before) => before.includes(number)))),
    reordered: sum(people.map((person) => count(person, (number, before) => number < (before.at(-1) ?? -1)))),
    ghosts: sum(rooms.map((room) => ghostsIn(room))),
  }
}

/** The time until a message had reached all who were there to hear it, and after which none failed. */
function recoveryOf(room: readonly Person[], from: number): number {
  const whole = room
    .flatMap((speaker) => speaker.sayings.map((saying) => ({ speaker, saying })))
    .filter(({ saying }) => saying.saidAt >= from)
    .sort((one, other) => one.saying.saidAt - other.saying.saidAt)
  const firstGood = whole.findLastIndex(({ saying }) => !reachedAll(room, saying)) + 1
  const good = whole[firstGood]
  return good === undefined ? Infinity : Math.max(0, good.saying.saidAt - from)
}

function reachedAll(
  room: readonly Person[],
  { name, number, answeredAt }: Person['sayings'][number],
): boolean {
  return (
    answeredAt !== undefined &&
    room.every((listener) => listener.heard.get(name)?.some((heard) => heard.number === number) ?? false)
  )
}

function lostIn(room: readonly Person[]): number {
  let lost = 0
  for (const speaker of room) {
    for (const { number, saidAt, answeredAt } of speaker.sayings) {
      if (answeredAt === undefined) continue
      for (const listener of room) {
        if (!listener.wasIn(saidAt - marginMs, answeredAt + marginMs)) continue
        if (!listener.heard.get(speaker.name)?.some((heard) => heard.number === number)) lost++
      }
    }
  }
  return lost
}

function count(person: Person, isWrong: (number: number, before: readonly number[]) => boolean): number {
  let wrong = 0
  for (const heard of person.heard.values()) {
    const numbers = heard.map(({ number }) => number)
    // looking back a hundred messages is enough, and keeps this linear
    numbers.forEach(
      (number, at) => (wrong += Number(isWrong(number, numbers.slice(Math.max(0, at - 100), at)))),
    )
  }
  return wrong
}

function ghostsIn(room: readonly Person[]): number {
  const there = room.filter(({ isIn }) => isIn)
  const names = new Set(there.map(({ name }) => name))
  return sum(there.map(({ people }) => missingFrom(people, names) + missingFrom(names, people)))
}

function missingFrom(some: ReadonlySet<string>, others: ReadonlySet<string>): number {
  return [...others].filter((name) => !some.has(name)).length
}

function refusalsOf(people: readonly Person[]): Map<number, number> {
  const all = new Map<number, number>()
  for (const { refusals } of people) {
    for (const [code, times] of refusals) all.set(code, (all.get(code) ?? 0) + times)
  }
  return all
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
