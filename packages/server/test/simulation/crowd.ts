import { addressOf } from '../../src/bus/subjects.ts'
import type { Config, ServerEntry } from '../../src/config/config.ts'
import { createConfig } from '../../src/embed/config.ts'
import { defineApp, rendezvous, ServerError } from '../../src/index.ts'
import type { Application } from '../../src/index.ts'
import { silentLog } from '../../src/log.ts'
import { startServer } from '../../src/start.ts'
import type { RunningServer } from '../../src/start.ts'
import type { Random } from './random.ts'
import { VirtualNetwork } from './virtual-network.ts'
import { VirtualProcess } from './virtual-process.ts'
import { VirtualTime } from './virtual-time.ts'
import { VirtualTransport } from './virtual-transport.ts'

interface Crowded {
  servers: { chat: { remote: { room: { default: typeof Room } } } }
  pushes: object
  session: object
}

class Room {
  readonly #app: Application<Crowded>

  constructor(app: Application<Crowded>) {
    this.#app = app
  }

  async where(): Promise<string> {
    return this.#app.server.id
  }
}

/** One life of one of many servers. */
export interface Member {
  readonly entry: ServerEntry
  readonly process: VirtualProcess
  address: string
  isGone: boolean
  server?: RunningServer
}

/** What became of the calls of some time. */
export interface Calls {
  sent: number
  answered: number
  /** Answered by another server than the one that the key belonged to when it was asked. */
  wrong: number
  /** Refused with a code. */
  readonly refused: Map<string, number>
}

export const callTimeoutMs = 3_000

/** Many servers that only know and call one another. */
export class Crowd {
  readonly time = new VirtualTime((error) => {
    throw error
  })
  readonly network: VirtualNetwork
  readonly alive = new Set<Member>()
  /** Those of them that are called. */
  readonly #chats = new Set<Member>()
  calls: Calls = { sent: 0, answered: 0, wrong: 0, refused: new Map() }
  readonly #random: Random
  readonly #config: Config
  /** Who sees whom: the processes, by the address that they see. */
  readonly #seenBy = new Map<string, Set<VirtualProcess>>()
  /** How many calls wait for their answers, by who waits. */
  readonly #waiting = new Map<Member, number>()
  readonly #starting = new Map<string, Member>()
  readonly #definition = defineApp<Crowded>(import.meta.dirname, (app) => this.#setUp(app), {
    loadsFolders: false,
  })

  /** `heartbeatMs` is how often each tells each other that it lives. */
  constructor(random: Random, heartbeatMs: number) {
    this.#random = random
    this.network = new VirtualNetwork({
      ...{ time: this.time, random: random.fork() },
      ...{ latencyMs: { min: 0.2, max: 5 }, noticeMs: 2_000 },
    })
    const cluster = { callTimeoutMs, heartbeatMs }
    this.#config = createConfig({ directory: import.meta.dirname, servers: [], cluster })
  }

  /** There are twenty types: one that is called, and half of them frontends. */
  async start(number: number): Promise<void> {
    const kind = number % 20
    const frontend = kind % 2 === 1
    const type = kind === 0 ? 'chat' : `${frontend ? 'connector' : 'area'}${kind}`
    const id = `${type}-${number}`
    const port = frontend ? { clientPort: 1 } : {}
    const entry = { id, type, host: id, clientHost: id, frontend, args: [], settings: {}, ...port }
    const process = new VirtualProcess(id)
    const member: Member = { entry, process, address: '', isGone: false }
    this.#starting.set(id, member)
    const { time } = this
    const transport = new VirtualTransport({ time, random: this.#random, process })
    const bus = this.network.createBus(process, { onError: () => undefined })
    const options = {
      definition: this.#definition,
      config: this.#config,
      entry,
      bus,
      log: silentLog,
      transport,
    }
    member.server = await time.in(process, () => startServer({ ...options, log: silentLog }))
    this.alive.add(member)
    if (type === 'chat') this.#chats.add(member)
  }

  kill(member: Member): void {
    this.#forget(member)
    // nobody is there to be answered
    this.calls.sent -= this.#waiting.get(member) ?? 0
    this.network.kill(member.process)
  }

  async stop(member: Member): Promise<void> {
    this.#forget(member)
    await this.time.in(member.process, async () => member.server?.stop())
  }

  /** How many pairs there are of which one does not see the other as it is. */
  get wrongViews(): number {
    const here = new Set([...this.alive].map(({ address }) => address))
    let wrong = 0
    for (const address of here) wrong += this.alive.size - (this.#seenBy.get(address)?.size ?? 0)
    for (const [address, { size }] of this.#seenBy) if (!here.has(address)) wrong += size
    return wrong
  }

  /** How many calls wait for an answer, of servers that are there. */
  get waiting(): number {
    return [...this.alive].reduce((total, member) => total + (this.#waiting.get(member) ?? 0), 0)
  }

  /** Calls the server that some key belongs to, from some server. */
  call(): void {
    const { calls } = this
    if (this.#chats.size === 0) return
    const chats = Array.from(this.#chats, ({ server }) => server!.info)
    const caller = this.#random.pick([...this.alive])
    const key = `key-${this.#random.integer(1, 1e9)}`
    const owner = rendezvous(key, chats).id
    calls.sent++
    this.#wait(caller, 1)
    this.time.in(caller.process, () => {
      // a contract is types only
      const app = caller.server!.app as unknown as Application<Crowded>
      app.rpc.chat.room
        .where(key)
        .then(
          (id) => {
            calls.answered++
            if (id !== owner) calls.wrong++
          },
          (error: unknown) => {
            const code = error instanceof ServerError ? error.code : 'other'
            calls.refused.set(code, (calls.refused.get(code) ?? 0) + 1)
          },
        )
        .finally(() => this.#wait(caller, -1))
    })
  }

  #wait(caller: Member, more: number): void {
    this.#waiting.set(caller, (this.#waiting.get(caller) ?? 0) + more)
  }

  #setUp(app: Application<Crowded>): void {
    const member = this.#starting.get(app.server.id)!
    member.address = addressOf(app.server)
    if (app.server.type === 'chat') app.remote('room', new Room(app))
    for (const server of app.servers()) this.#see(member, addressOf(server))
    app.onServers((joined, left) => {
      for (const server of joined) this.#see(member, addressOf(server))
      for (const server of left) this.#seenBy.get(addressOf(server))?.delete(member.process)
    })
  }

  #see({ process, isGone }: Member, address: string): void {
    if (isGone) return
    const seenBy = this.#seenBy.get(address) ?? new Set()
    this.#seenBy.set(address, seenBy.add(process))
  }

  #forget(member: Member): void {
    member.isGone = true
    this.alive.delete(member)
    this.#chats.delete(member)
    for (const seenBy of this.#seenBy.values()) seenBy.delete(member.process)
  }
}
