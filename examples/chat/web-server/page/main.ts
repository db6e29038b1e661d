import { addressOf, type Entry, entryOf, invitationOf } from './address.ts'
import { type Connection, enterRoom } from './connection.ts'
import { nameProblem } from './names.ts'
import { type Failure, unsentText } from './reasons.ts'
import * as rooms from './room.ts'
import { Bar } from './view/bar.ts'
import { Composer } from './view/composer.ts'
import { byId } from './view/element.ts'
import { Entrance } from './view/entrance.ts'
import { Messages } from './view/messages.ts'
import { People } from './view/people.ts'
import { Tab } from './view/tab.ts'

/** Replaced by the bundler. */
declare const GATE_PORT: number

const gate = `${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.hostname}:${GATE_PORT}`
/** How long after a reload the name may still be held by the connection that the page had before. */
const reloadPatienceMs = 3_000

const chat = byId('chat', HTMLElement)
const bar = new Bar({ onCopy: () => void copyInvitation(), onLeave: leave })
const entrance = new Entrance({ onEnter: enter, onCancel: leave })
const tab = new Tab()
const people = new People(aim)
const messages = new Messages(sendAgain)
const composer = new Composer({ onSend: (text) => void send(text, room.target), onAim: aim })

let room = rooms.createRoom('', '')
let connection: Connection | undefined
let renderDue = false

addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && !chat.hidden) aim(rooms.everyone)
})
// closes the connection properly, so that the name is free at once for the page that follows
addEventListener('pagehide', () => connection?.leave())
// a page taken out of the browser's cache has no connection any more
addEventListener('pageshow', (event) => {
  if (event.persisted) location.reload()
})
start(entryOf(location.href))

function start(entry: Entry): void {
  showEntrance(entry)
  if (nameProblem(entry.name) !== undefined || nameProblem(entry.room) !== undefined) return
  const [navigation] = performance.getEntriesByType('navigation')
  const reloaded = navigation instanceof PerformanceNavigationTiming && navigation.type === 'reload'
  enter(entry, reloaded ? reloadPatienceMs : 0)
}

function enter(entry: Entry, patienceMs = 0): void {
  // entered again after a disconnection, a room keeps its lines
  if (room.self !== entry.name || room.name !== entry.room) room = rooms.createRoom(entry.name, entry.room)
  entrance.showWaiting()
  setLink('connecting')
  connection = enterRoom(
    { ...entry, gate, patienceMs },
    {
      onEntered(users) {
        change((now, at) => rooms.entered(now, users, at))
        showChat(entry)
      },
      onLink: setLink,
      onDelay: (reason) => entrance.showDelay(reason),
      onEnd: (reason) => showEntrance(entry, reason),
      onJoined: (user) => change((now, at) => rooms.joined(now, user, at)),
      onLeft: (user) => change((now, at) => rooms.left(now, user, at)),
      onListed: (users) => change((now, at) => rooms.listed(now, users, at)),
      onSaid(said) {
        change((now, at) => rooms.said(now, said, at))
        tab.countMessage()
      },
    },
  )
}

function setLink(link: rooms.Link): void {
  bar.showState(link)
  change((now) => rooms.linked(now, link))
}

function leave(): void {
  connection?.leave()
  const { self: name, name: left } = room
  room = rooms.createRoom('', '')
  composer.clear()
  history.replaceState(null, '', invitationOf(location.href, left))
  showEntrance({ name, room: left })
}

async function send(text: string, target: string): Promise<void> {
  const { self, name } = room
  // `say` throws nothing else
  const failure = await connection?.say(text, target).catch((error: unknown) => error as Failure)
  // one may have gone elsewhere meanwhile
  if (room.self !== self || room.name !== name) return
  if (failure) {
    const reason = unsentText(failure, target)
    change((now, at) => rooms.unsent(now, { target, text, reason }, at))
  } else if (target !== rooms.everyone) {
    // the servers send a private message to its reader alone
    change((now, at) => rooms.said(now, { from: self, target, text }, at))
  }
}

function sendAgain(line: rooms.Unsent): void {
  change((now) => rooms.withoutLine(now, line))
  void send(line.text, line.target)
}

function aim(target: string): void {
  change((now) => rooms.aimed(now, target))
  composer.focus()
}

async function copyInvitation(): Promise<void> {
  const link = invitationOf(location.href, room.name)
  try {
    await navigator.clipboard.writeText(link)
    bar.showCopied()
  } catch {
    // not every browser lets a page without TLS write to the clipboard
    prompt('The link to this room:', link)
  }
}

function showEntrance(entry: Entry, problem?: string): void {
  connection = undefined
  chat.hidden = true
  bar.showRoom(undefined)
  bar.showState('none')
  tab.showRoom(undefined)
  entrance.show(entry, problem)
}

function showChat(entry: Entry): void {
  if (!chat.hidden) return
  entrance.hide()
  chat.hidden = false
  bar.showRoom(entry.room)
  tab.showRoom(entry.room)
  history.replaceState(null, '', addressOf(location.href, entry))
  composer.focus()
}

/** Makes the next state of the room, and shows it once this turn of the event loop has brought all that it brings. */
function change(next: (now: rooms.Room, at: number) => rooms.Room): void {
  room = next(room, Date.now())
  if (renderDue) return
  renderDue = true
  queueMicrotask(() => {
    renderDue = false
    people.render(room)
    messages.render(room)
    composer.render(room)
  })
}
