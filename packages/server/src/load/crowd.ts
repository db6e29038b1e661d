import { Client } from './client.ts'
import type { ClientEvents } from './client.ts'
import type { Connection, ConnectionOptions } from './connection.ts'
import { Heartbeats } from './heartbeats.ts'
import { Latencies } from './latencies.ts'
import { LoadError } from './load-error.ts'
import { Pacer } from './pacer.ts'
import type { Protocol } from './protocol.ts'
import type { Scenario } from './scenario.ts'

export interface CrowdOptions {
  readonly scenario: Scenario
  readonly protocol: Protocol
  /** A word that no other run has. */
  readonly run: string
  readonly events: ClientEvents
  onEnter(client: Client): void
  /** It leaves because it was sent away. */
  onLeave(client: Client): void
  onFailure(error: LoadError): void
}

/** All clients of a run. */
export class Crowd {
  readonly entering = new Latencies()
  readonly #options: CrowdOptions
  readonly #heartbeats = new Heartbeats()
  readonly #connection: ConnectionOptions
  /** By slot; those that are logged in. */
  readonly #present = new Map<number, Client>()
  #nextNumber = 0
  #opening = 0
  #isOver = false

  constructor(options: CrowdOptions) {
    this.#options = options
    const { scenario, protocol } = options
    this.#connection = { protocol, heartbeats: this.#heartbeats, timeoutMs: scenario.timeoutMs }
  }

  get size(): number {
    return this.#present.size
  }

  clients(): IterableIterator<Client> {
    return this.#present.values()
  }

  /** Connects everybody, at the scenario's pace. @throws {LoadError} nobody could enter. */
  async gather(signal: AbortSignal): Promise<void> {
    const { clients, connectPerSecond } = this.#options.scenario
    let allowed = 0
    let started = 0
    let firstError: unknown
    await new Promise<void>((resolve) => {
      const finish = () => {
        pacer.stop()
        resolve()
      }
      const advance = () => {
        if (signal.aborted) return finish()
        while (started < Math.min(clients, allowed) && this.#opening < maxOpening) {
          void this.#enter(started++)
            .catch((error: unknown) => (firstError ??= error))
            .finally(advance)
        }
        if (started === clients && this.#opening === 0) finish()
      }
      const pacer = new Pacer(connectPerSecond, () => {
        if (++allowed >= clients) pacer.stop()
        advance()
      })
      signal.addEventListener('abort', advance, { once: true })
    })
    if (this.size === 0 && firstError instanceof Error && !signal.aborted) throw firstError
  }

  /** Sends a client away and lets a new one take its place. */
  replace(slot: number): void {
    const client = this.#present.get(slot)
    if (client) {
      this.#present.delete(slot)
      this.#options.onLeave(client)
      client.leave()
    }
    void this.#enter(slot).catch(() => undefined)
  }

  /** Forgets a client whose connection was closed. Returns whether it was here. */
  lose(client: Client): boolean {
    return this.#present.get(client.slot) === client && this.#present.delete(client.slot)
  }

  /** Sends everybody away. */
  disperse(): void {
    this.#isOver = true
    this.#heartbeats.stop()
    for (const client of this.#present.values()) client.leave()
    this.#present.clear()
  }

  /** @throws {LoadError} the client could not; it is counted too. */
  async #enter(slot: number): Promise<void> {
    const { scenario, run, events } = this.#options
    const n = this.#nextNumber++
    const client = new Client(slot, { n, run, room: Math.floor(slot / scenario.roomSize) })
    const startMs = performance.now()
    this.#opening++
    try {
      const connection = await client.enter(scenario, this.#optionsOf(n), events)
      this.#welcome(client, connection, performance.now() - startMs)
    } catch (error) {
      const failure = error instanceof LoadError ? error : new LoadError(String(error), { cause: error })
      if (!this.#isOver) this.#options.onFailure(failure)
      throw failure
    } finally {
      this.#opening--
    }
  }

  #welcome(client: Client, connection: Connection, tookMs: number): void {
    if (this.#isOver) return client.leave()
    if (connection.closed) throw new LoadError('closed right after the login')
    this.entering.record(tookMs)
    this.#present.set(client.slot, client)
    this.#options.onEnter(client)
  }

  #optionsOf(n: number): ConnectionOptions {
    const { target } = this.#options.scenario
    const { host } = 'gate' in target ? target.gate : target.connectors[0]!
    const index = Math.floor(n / portsPerAddress)
    if (index === 0 || !host.startsWith('127.')) return this.#connection
    // all of 127.0.0.0/8 is this machine
    return { ...this.#connection, localAddress: `127.0.${(index >> 8) & 0xff}.${(index & 0xff) + 1}` }
  }
}

/** More at once would measure the server's queue of connections. */
const maxOpening = 200
const portsPerAddress = 20_000
