import { addressOf } from '../../src/bus/subjects.ts'
import { rendezvous } from '../../src/index.ts'
import type { Person, Saying } from './person.ts'
import { downAfterMs } from './world.ts'
import type { World } from './world.ts'

/** How long a loss may go unnoticed. */
const lossMs = downAfterMs + 2_000

/** How long before and after a message somebody must have been in the room to have to hear it. */
const marginMs = 300

/** Checks what must be so when all has healed and settled: people have rested, and said and heard one thing each. */
export function checkSettled(world: World): void {
  checkServers(world)
  checkRooms(world)
  for (const person of world.people) {
    const sessions = world.alive.flatMap(({ server }) => server.app.clients.ofUid(person.name))
    if (sessions.length !== Number(person.isIn))
      world.violate(`${person.name} has ${sessions.length} sessions, and is ${person.isIn ? '' : 'not '}in`)
    if (person.process.state === 'running' && person.waiting > 0)
      world.violate(`${person.name} waits for ${person.waiting} answers`)
    if (person.process.state === 'running' && !person.isIn && !person.isGone)
      world.violate(`${person.name} is not in ${person.room}, long after all has healed`)
  }
}

/** Checks that who has long been dead, gone or frozen is there for nobody. */
export function checkLosses(world: World): void {
  const { now } = world.time
  if (world.isTroubled(now - lossMs, now, 'all')) return
  for (const { process, address, endedAt } of world.lives) {
    const since = Math.min(endedAt ?? Infinity, process.frozenSince)
    if (since > now - lossMs) continue
    for (const { server, process: observer } of world.alive) {
      const isAwake = observer.state === 'running' && observer.frozenUntil < now - lossMs
      if (isAwake && server.app.servers().some((seen) => addressOf(seen) === address))
        world.violate(`${observer.name} still sees ${process.name}, which is there no more since ${since}`)
    }
  }
}

/** Checks what must be so of all that was said. */
export function checkMessages(world: World): void {
  for (const listener of world.people) checkOrder(world, listener)
  for (const speaker of world.people)
    for (const saying of speaker.sayings)
      if (saying.answeredAt !== undefined)
        for (const listener of world.people) checkHeard(world, saying, listener)
}

function checkServers(world: World): void {
  const all = world.alive.map(({ server }) => addressOf(server.info)).sort()
  for (const { server } of world.alive) {
    const seen = server.app.servers().map(addressOf).sort()
    if (seen.join() !== all.join())
      world.violate(`${addressOf(server.info)} sees ${seen.join(' ')}; there are ${all.join(' ')}`)
  }
}

/** Each room is on its one owner, whole, and nowhere else; and everybody's list of people is right. */
function checkRooms(world: World): void {
  const chats = world.alive.filter(({ entry }) => entry.type === 'chat')
  const infos = chats.map(({ server }) => server.info).sort((a, b) => (a.id < b.id ? -1 : 1))
  const rooms = new Set(world.people.map(({ room }) => room))
  for (const room of rooms) {
    const there = world.people.filter((person) => person.isIn && person.room === room)
    const names = there.map(({ name }) => name).sort()
    const owner = rendezvous(room, infos).id
    for (const { server } of chats) {
      const expected = server.info.id === owner ? names : []
      const members = server.app.channels.get(room).members().sort()
      if (members.join() !== expected.join())
        world.violate(`${room} on ${server.info.id}: ${members.join(' ')}; expected: ${expected.join(' ')}`)
    }
    for (const { name, people } of there) {
      const list = [...people].sort()
      if (list.join() !== names.join())
        world.violate(`${name}'s list of ${room}: ${list.join(' ')}; there are: ${names.join(' ')}`)
    }
  }
  for (const { server } of chats)
    for (const { name } of server.app.channels.all())
      if (!rooms.has(name)) world.violate(`${server.info.id} has a room ${name} that nobody is in`)
}

/** Nothing comes twice; nor, in quiet times, what one session says in another order. */
function checkOrder(world: World, listener: Person): void {
  const last = new Map<string, number>()
  const seen = new Set<string>()
  const sayings = new Map(world.people.map((person) => [person.name, person.sayings]))
  for (const { from, room, number } of listener.heard) {
    const message = `${from} ${number}`
    if (seen.has(message)) world.violate(`${listener.name} hears message ${message} twice`)
    seen.add(message)
    const { stay, saidAt, answeredAt } = sayings.get(from)![number]!
    const way = `${from} ${room} ${stay}`
    const before = last.get(way) ?? -1
    if (number < before && !world.isTroubled(saidAt, answeredAt ?? Infinity))
      world.violate(`${listener.name} hears message ${message} after ${before}`)
    last.set(way, Math.max(before, number))
  }
}

function checkHeard(world: World, saying: Saying, listener: Person): void {
  const { from, room, number, saidAt, answeredAt = 0, by } = saying
  if (!listener.wasIn(room, saidAt - marginMs, answeredAt + marginMs) || listener.hasHeard(saying)) return
  if (world.isTroubled(saidAt, answeredAt + marginMs)) return
  const handler = world.lives.find(({ address }) => address === by)
  // it was in flight on a server that died
  if (handler?.how === 'killed' && (handler.endedAt ?? 0) < answeredAt + marginMs) return
  const when = `said in ${room} at ${saidAt.toFixed(1)} and answered by ${handler?.process.name}`
  world.violate(`${listener.name} does not hear message ${number} of ${from}, ${when}`)
}
