import { addressOf } from '../../src/bus/subjects.ts'
import type { Config, ServerEntry } from '../../src/config/config.ts'
import { createConfig } from '../../src/embed/config.ts'
import { silentLog } from '../../src/log.ts'
import type { Log, WriteLine } from '../../src/log.ts'
import type { ServerInfo } from '../../src/server-info.ts'
import { startServer } from '../../src/start.ts'
import type { RunningServer } from '../../src/start.ts'
import { createChat } from './chat.ts'
import type { Person, Surroundings } from './person.ts'
import type { Random } from './random.ts'
import { VirtualNetwork } from './virtual-network.ts'
import { VirtualProcess } from './virtual-process.ts'
import { VirtualTime } from './virtual-time.ts'
import { VirtualTransport } from './virtual-transport.ts'

/** One life of a server. */
export interface Life {
  readonly entry: ServerEntry
  readonly process: VirtualProcess
  readonly transport: VirtualTransport
  /** What other servers know it as, once it is about to start. */
  address?: string
  /** Once it has started. */
  server?: RunningServer
  /** Since when it was stopped in order, or dead. */
  endedAt?: number
  how?: 'killed' | 'stopped'
}

/** A time in which something happens that may cost messages, or make servers lose sight of one another. */
export interface Trouble {
  readonly from: number
  to: number
  /** The one process that it concerns; absent if it concerns all. */
  readonly of?: VirtualProcess | undefined
}

/** The bounds within which servers notice things. */
const heartbeatMs = 500
export const downAfterMs = 3_000
const callTimeoutMs = 4_000
/** How late a deadline may be: a tick of the timer wheel and the ways there and back. */
const lateMs = 500

/** Servers with their network and their people, in virtual time. */
export class World implements Surroundings {
  readonly random: Random
  readonly time: VirtualTime
  readonly network: VirtualNetwork
  readonly lives: Life[] = []
  readonly people: Person[] = []
  readonly troubles: Trouble[] = []
  readonly trace: string[] = []
  readonly violations: string[] = []
  /** Longer than any server may take: the servers' deadline is what is looked at. */
  readonly patienceMs = 60_000
  isQuiet = false
  readonly #config: Config
  readonly #chat = createChat((app) => {
    const life = this.lives.find(({ entry, server }) => entry.id === app.server.id && server === undefined)!
    life.address = addressOf(app.server)
    const name = life.process.name
    app.onServers((joined, left, how) => {
      for (const server of joined) this.note(name, `sees ${this.nameOf(server)}`)
      for (const server of left) this.#onGone(name, server, how)
    })
    return (ms) => this.#checkLate(`a call of ${name}`, ms, life.process)
  })

  constructor(random: Random) {
    this.random = random
    this.time = new VirtualTime((error, process) =>
      this.violate(`${process} is ended by ${error instanceof Error ? error.stack : String(error)}`),
    )
    const max = random.pick([2, 10, 60])
    const noticeMs = random.pick([50, 2_000])
    this.network = new VirtualNetwork({
      ...{ time: this.time, random: random.fork() },
      ...{ latencyMs: { min: 0.1, max }, noticeMs },
    })
    const secondLogin = random.pick(['allow', 'newest', 'refuse'] as const)
    this.#config = createConfig({
      directory: import.meta.dirname,
      servers: [],
      connector: { heartbeatSeconds: 2, secondLogin },
      cluster: { heartbeatMs, downAfterMs, callTimeoutMs },
    })
    this.note('world', `latency up to ${max} ms, notice ${noticeMs} ms, second login: ${secondLogin}`)
  }

  /** The lives that are there: neither dead nor stopped, nor still starting. */
  get alive(): (Life & { readonly server: RunningServer })[] {
    return this.lives.filter(
      (life): life is Life & { server: RunningServer } => life.server !== undefined && life.how === undefined,
    )
  }

  connectors(): string[] {
    return [...new Set(this.lives.map(({ entry }) => entry.id))].filter((id) => id.startsWith('connector'))
  }

  transport(id: string): VirtualTransport | undefined {
    return this.lives.findLast(({ entry, how }) => entry.id === id && how === undefined)?.transport
  }

  async start(id: string): Promise<void> {
    const { time } = this
    const entry = entryOf(id)
    const earlier = this.lives.filter((life) => life.entry.id === id).length
    const process = new VirtualProcess(earlier === 0 ? id : `${id} (${earlier + 1})`)
    const transport = new VirtualTransport({ time, random: this.random.fork(), process })
    const life: Life = { entry, process, transport }
    this.lives.push(life)
    this.note(process.name, 'starts')
    const log = this.#log(process.name)
    const onError = (error: unknown, subject: string) =>
      log.error({ err: error, subject }, 'a subscriber failed')
    const bus = this.network.createBus(process, { onError })
    const options = { definition: this.#chat, config: this.#config, entry, bus, log, transport }
    try {
      life.server = await time.in(process, () => startServer(options))
    } catch (error) {
      this.violate(`${process.name} does not start: ${String(error)}`)
    }
  }

  kill(life: Life): void {
    this.note(life.process.name, 'is killed')
    this.#end(life, 'killed')
    life.transport.break()
    this.network.kill(life.process)
  }

  async stop(life: Life): Promise<void> {
    this.note(life.process.name, 'stops')
    this.#end(life, 'stopped')
    const startedAt = this.time.now
    try {
      await this.time.in(life.process, () => life.server?.stop())
    } catch (error) {
      if (!this.isTroubled(startedAt - 1_000, this.time.now))
        this.violate(`${life.process.name} does not stop: ${String(error)}`)
    }
    this.note(life.process.name, 'has stopped')
  }

  /** Calls it a trouble from now on, until the returned function says that it is over. */
  trouble(of?: VirtualProcess): () => void {
    const trouble: Trouble = { from: this.time.now, to: Infinity, of }
    this.troubles.push(trouble)
    return () => (trouble.to = this.time.now)
  }

  /** Whether something went on in that time, or shortly before, that excuses much: anything, or what concerns `of`. */
  isTroubled(from: number, to: number, of?: VirtualProcess | 'all'): boolean {
    return this.troubles.some(
      (trouble) =>
        trouble.from <= to &&
        trouble.to + aftermathMs >= from &&
        (of === undefined || trouble.of === undefined || trouble.of === of),
    )
  }

  /** Returns what a life of a server is called in the trace: less long than its address. */
  nameOf(server: ServerInfo): string {
    const address = addressOf(server)
    return this.lives.find((life) => life.address === address)?.process.name ?? address
  }

  note(who: string, what: string): void {
    this.trace.push(`${this.time.now.toFixed(1).padStart(8)}  ${who.padEnd(16)} ${what}`)
  }

  violate(what: string): void {
    this.note('VIOLATION', what)
    this.violations.push(what)
  }

  onAnswer(what: string, askedAt: number, via: string): void {
    // the life that was asked: it may have been followed by another
    const life = this.lives.find(({ entry, endedAt = Infinity }) => entry.id === via && endedAt >= askedAt)
    this.#checkLate(what, this.time.now - askedAt, life?.process)
  }

  /** Nothing takes longer than a call may, unless the process itself stood still. */
  #checkLate(what: string, ms: number, process: VirtualProcess | undefined): void {
    if (ms < callTimeoutMs + lateMs) return
    if (process === undefined || process.frozenUntil > this.time.now - ms) return
    this.violate(`${what} was answered after ${Math.round(ms)} ms`)
  }

  #onGone(name: string, server: ServerInfo, how: 'left' | 'down'): void {
    this.note(name, `${how === 'down' ? 'loses' : 'sees off'} ${this.nameOf(server)}`)
    const life = this.alive.find(({ address }) => address === addressOf(server))
    const observer = this.lives.find(({ process }) => process.name === name)
    if (how === 'left' || life === undefined || observer === undefined) return
    // who was given up, as it stood still, has lost the others as well
    const parties = [life, observer]
    if (parties.some(({ process }) => this.isTroubled(this.time.now - downAfterMs, this.time.now, process)))
      return
    this.violate(`${this.nameOf(server)} is down for ${name}, though nothing has happened to either`)
  }

  #end(life: Life, how: 'killed' | 'stopped'): void {
    life.how = how
    life.endedAt = this.time.now
  }

  /** An error in a log is a defect: nothing here does what it should not. */
  #log(id: string): Log {
    const write =
      (level: string): WriteLine =>
      (...args: [string] | [object, string]) => {
        const [fields, message] = args.length === 1 ? [{}, args[0]] : args
        const { err }: { readonly err?: unknown } = fields
        this.violate(
          `${id} logs ${level}: ${message} ${err instanceof Error ? err.stack : JSON.stringify(fields)}`,
        )
      }
    const log: Log = { ...silentLog, error: write('error'), fatal: write('fatal'), named: () => log }
    return log
  }
}

/** How long the consequences of a trouble may last. */
const aftermathMs = downAfterMs + 3_000

function entryOf(id: string): ServerEntry {
  const type = id.slice(0, id.indexOf('-'))
  const frontend = type === 'connector'
  return {
    ...{ id, type, host: id, clientHost: id, frontend, args: [], settings: {} },
    ...(frontend && { clientPort: 1 }),
  }
}
