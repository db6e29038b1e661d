import { setTimeout as delay } from 'node:timers/promises'
import { connect } from '@shaddock/client'
import type { Chat } from '../game-server/app/contract.ts'
import { startGame } from '../test/fixtures/game.ts'
import type { Game } from '../test/fixtures/game.ts'
import { timesDown } from './down.ts'
import { downAfterMs } from './faults.ts'
import type { BusName, Fault } from './faults.ts'
import { Person } from './person.ts'
import { judge } from './verdict.ts'
import type { Verdict } from './verdict.ts'

/** How many people talk, in how many rooms, and how often each says something. */
const crowd = { people: 40, rooms: 10, pauseMs: 100 }

/** What people noticed of a fault, and servers. */
export interface Findings extends Verdict {
  /** How long each of the other servers took to give up each that had failed; Infinity if it did not. */
  readonly downMs: readonly number[]
}

/** Starts the chat, lets people talk, and returns what came of a fault. */
export async function run(bus: BusName, fault: Fault): Promise<Findings> {
  const mode = bus === 'nats' ? 'machines' : 'local'
  await using game = await startGame(mode, { cluster: { downAfterMs } })
  const people = Array.from({ length: crowd.people }, (_, n) => new Person(`p${n}`, `room${n % crowd.rooms}`))
  await Promise.all(people.map((person) => person.enter(() => askGates(game, person.name))))
  const talk = setInterval(() => people.forEach((person) => void person.say()), crowd.pauseMs)
  try {
    await delay(1_500)
    const from = await fault.act(game)
    await delay(Math.max(0, from + fault.watchMs - performance.now()))
    clearInterval(talk)
    await settled(people)
    const downMs = await timesDown(game, fault.victims?.(game) ?? [], from)
    return { ...judge(people, from), downMs }
  } finally {
    clearInterval(talk)
    for (const person of people) person.leave()
  }
}

/** Waits as long as the last request may take, and until nobody hears anything any more. */
async function settled(people: readonly Person[]): Promise<void> {
  const end = performance.now() + 13_000
  while (people.some(({ waiting }) => waiting > 0) && performance.now() < end) await delay(50)
  await delay(500)
}

async function askGates(game: Game, uid: string): Promise<string> {
  let failure: unknown
  for (const url of game.gates) {
    try {
      await using gate = await connect<Chat>(url, { reconnect: false, timeoutMs: 2_000 })
      const { host, port } = await gate.request('gate.gateHandler.queryEntry', { uid })
      return `ws://${host}:${port}`
    } catch (error) {
      failure = error
    }
  }
  throw failure
}
