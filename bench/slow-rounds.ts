import { setTimeout as sleep } from 'node:timers/promises'
import type { Sample } from '../packages/server/src/load/result.ts'
import { chatScenario, talk } from './chat-scenario.ts'
import type { ChatCrowd } from './chat-scenario.ts'
import { generateWhole } from './generate.ts'
import { Neighbours } from './neighbours.ts'
import type { Observer } from './observer.ts'
import { SlowClient } from './slow-client.ts'
import type { System } from './system.ts'

/** A phase in which all read, and one behind it in which one does not. */
export interface Round {
  readonly before: readonly Second[]
  readonly during: readonly Second[]
  readonly slow: SlowLife
}

/** What a second looked like, to the others and on the connector. */
export interface Second {
  readonly p99: number
  /** How late the load generator sent, at the 99th percentile. */
  readonly lateMs: number
  /** The share of the machine that other programs used. */
  readonly others: number
  /** Whether the one read on, as it was closed: all that had waited, which takes this machine's time and not the server's. */
  readonly isReadingOn: boolean
  /** The most, as of those below. */
  readonly memoryBytes: number
  /** What the server held for the client for which it held most. */
  readonly backlogBytes: number
}

/** What became of the client that does not read. */
export interface SlowLife {
  /** Why it was closed, in the words that it was told; nothing if it was not closed. */
  readonly reason?: string
  readonly closedAfterMs: number
  /** What had waited for it, in the kernel too. */
  readonly waitedBytes: number
}

export interface RoundsOptions {
  readonly system: System
  readonly observer: Observer
  readonly crowd: ChatCrowd & { readonly room: string }
  readonly messageBytes: number
  readonly rate: number
  readonly secondsPerPhase: number
}

/** Lets a crowd talk for some rounds. @throws {Refusal} not all could enter. */
export async function doRounds(count: number, options: RoundsOptions): Promise<Round[]> {
  const { system, crowd, messageBytes, rate, secondsPerPhase: seconds } = options
  const phase = { seconds, measured: true, churnPerSecond: 0, ...talk(messageBytes, { rate }) }
  const pair = [
    { ...phase, name: 'all read' },
    { ...phase, name: 'one does not' },
  ]
  const warmUp = { ...phase, name: 'warming up', measured: false, seconds: 3 }
  const scenario = chatScenario(system, crowd, [warmUp, ...Array.from({ length: count }, () => pair).flat()])

  await using watch = new Watch(options)
  const witness = {
    onPhase: (name: string) => watch.begin(name),
    onSample: (sample: Sample) => watch.note(sample),
  }
  await generateWhole({ scenario }, witness)
  const lives = await watch.end()
  return lives.map((slow, index) => ({
    before: watch.phases[1 + 2 * index]!,
    during: watch.phases[2 + 2 * index]!,
    slow,
  }))
}

/** Has a client in the room that does not read in every other phase, and sees what that does. */
class Watch implements AsyncDisposable {
  readonly phases: Second[][] = []
  readonly #options: RoundsOptions
  readonly #lives: Promise<SlowLife>[] = []
  readonly #over = new AbortController()
  readonly #neighbours = new Neighbours()
  readonly #watching: Promise<void>
  #connections = 0
  /** Since the last second. */
  #most = { memoryBytes: 0, backlogBytes: 0 }
  #client: Promise<SlowClient> | undefined
  #phase = new AbortController()
  #isReadingOn = false

  constructor(options: RoundsOptions) {
    this.#options = options
    this.#watching = this.#watch()
  }

  begin(name: string): void {
    this.#phase.abort()
    this.#phase = new AbortController()
    this.phases.push([])
    if (name === 'all read') this.#client = this.#enter()
    if (name === 'one does not') this.#lives.push(this.#live(this.#phase.signal))
  }

  note({ delivering, late }: Sample): void {
    const others = this.#neighbours.sinceLast()
    this.phases
      .at(-1)
      ?.push({ p99: delivering.p99, lateMs: late.p99, others, isReadingOn: this.#isReadingOn, ...this.#most })
    this.#isReadingOn = false
    this.#most = { memoryBytes: 0, backlogBytes: 0 }
  }

  /** Returns what became of the client in each round. */
  async end(): Promise<SlowLife[]> {
    this.#phase.abort()
    return Promise.all(this.#lives)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#phase.abort()
    this.#over.abort()
    await this.#watching
    const client = await this.#client?.catch(() => undefined)
    client?.close()
  }

  /** Again, after the first time: who was closed as slow may come back. */
  #enter(): Promise<SlowClient> {
    const client = SlowClient.enter(this.#options.system, this.#options.crowd.room)
    // whoever waits for it hears of it
    client.catch(() => undefined)
    return client
  }

  async #live(phase: AbortSignal): Promise<SlowLife> {
    try {
      return await this.#outlive(await this.#client!, phase)
    } catch (error) {
      return { reason: `not let in: ${String(error)}`, closedAfterMs: 0, waitedBytes: 0 }
    }
  }

  /** Lets the client be closed, or the phase end. */
  async #outlive(client: SlowClient, phase: AbortSignal): Promise<SlowLife> {
    const full = this.#connections
    const startMs = performance.now()
    client.pause()
    while (this.#connections >= full && !phase.aborted) await sleep(pollMs)
    const closedAfterMs = performance.now() - startMs
    const isClosed = this.#connections < full
    this.#isReadingOn = true
    client.readOn()
    const reason = isClosed ? await Promise.race([client.closed, sleep(farewellMs, 'not told')]) : undefined
    client.close()
    return { closedAfterMs, waitedBytes: client.bytesAfterPause, ...(reason !== undefined && { reason }) }
  }

  async #watch(): Promise<void> {
    const { observer } = this.#options
    const connector = observer.server('connector-1')
    while (!this.#over.signal.aborted) {
      const { memoryBytes, backlogBytes = 0, connections = 0 } = await observer.stats(connector)
      this.#connections = connections
      this.#most = {
        memoryBytes: Math.max(this.#most.memoryBytes, memoryBytes),
        backlogBytes: Math.max(this.#most.backlogBytes, backlogBytes),
      }
      await sleep(pollMs)
    }
  }
}

/** More often would cost the others. */
const pollMs = 100
/** As long as the server waits for who it closes. */
const farewellMs = 2_000
