import { within } from '../deadline.ts'
import { SetupError } from '../errors.ts'
import { TimerWheel } from '../timer-wheel.ts'
import type { Bus, BusTraffic } from './bus.ts'
import { Exchange } from './exchange.ts'
import type { BusOptions } from './exchange.ts'
import { createExchangeBus } from './exchange-bus.ts'
import type { Carrier } from './exchange-bus.ts'
import { NatsDialer } from './nats-dialer.ts'
import type { NatsLine } from './nats-line.ts'
import { NatsLinks } from './nats-links.ts'
import type { NatsSettings } from './nats-settings.ts'

export interface NatsBusOptions extends BusOptions {
  readonly settings: NatsSettings
  /** What all its subjects begin with, a dot last: buses of different prefixes do not hear one another. */
  readonly prefix: string
  /** How this process is called in the reports of NATS and of other buses. */
  readonly name: string
  /**
   * How many bytes may wait until NATS takes them; one message may pass it. Beyond, a request fails with `BUSY`, and
   * anything else closes the connection to NATS: a message that is dropped unseen would break the order of those that
   * follow, while of a lost link both sides learn. It is made anew. @default 67_108_864
   */
  readonly maxQueuedBytes?: number
  /** How long `open` waits for a process that is there but does not answer, such as a stopped one. @default 2_000 */
  readonly openTimeoutMs?: number
  /**
   * How often a bus says that it is there, and asks the same of NATS. The death of another process is noticed within
   * twice that, a NATS that is silent after four times. @default 1_000
   */
  readonly signMs?: number
  /** Called when the connection is lost, and if NATS then refuses another, with what it or the system says of it. */
  readonly onLost?: (reason: string) => void
  /** Called when it is there again, with how long it was not. */
  readonly onRestored?: (lostMs: number) => void
}

/**
 * Links processes on any number of machines, each to each, over NATS. `open` throws a `SetupError` when the client library
 * is not installed, when no NATS server can be reached, and when it does not let this process in.
 *
 * When the connection to NATS is lost, so are all links: what waits for an answer fails, and what is said is lost. Then
 * it is made anew, to the next server, for as long as it takes. What this bus says to itself does not need it.
 */
export function createNatsBus(options: NatsBusOptions): Bus {
  const { onError } = options
  const timers = new TimerWheel({ onError: (error) => onError(error, source) })
  const exchange = new Exchange(options, timers)
  return createExchangeBus(exchange, new NatsCarrier(options, exchange, timers))
}

const defaultSignMs = 1_000

/** How long `close` waits for NATS to take what was said. */
const farewellMs = 1_000

class NatsCarrier implements Carrier {
  readonly traffic: BusTraffic = { sentBytes: 0, receivedBytes: 0 }
  readonly #options: NatsBusOptions
  readonly #timers: TimerWheel
  readonly #exchange: Exchange
  readonly #dialer: NatsDialer
  #links: NatsLinks | undefined
  #isClosed = false

  constructor(options: NatsBusOptions, exchange: Exchange, timers: TimerWheel) {
    const { onError, maxQueuedBytes = 64 * 1024 * 1024, signMs = defaultSignMs } = options
    this.#options = options
    this.#timers = timers
    this.#exchange = exchange
    this.#dialer = new NatsDialer({
      ...options,
      maxQueuedBytes,
      signMs,
      traffic: this.traffic,
      onError: (error) => onError(error, source),
      onRefused: (reason) => options.onLost?.(reason),
    })
  }

  async open(): Promise<void> {
    const line = await this.#dialer.dial()
    if (line === undefined) return
    const refusal = await Promise.race([this.#link(line), line.refused])
    if (typeof refusal === 'string') throw new SetupError(`NATS does not allow it: ${refusal}`)
  }

  /** Resolves with the links once they are there. */
  async #link(line: NatsLine, formerId?: string): Promise<NatsLinks> {
    const { prefix, name, onError, signMs = defaultSignMs, openTimeoutMs = 2_000 } = this.#options
    const exchange = this.#exchange
    const links = new NatsLinks({ line, exchange, timers: this.#timers, prefix, name, signMs, onError })
    this.#links = links
    void line.lost.then((cause) => this.#onLost(links, cause))
    await links.open(openTimeoutMs, formerId)
    return links
  }

  async #onLost(lost: NatsLinks, cause: unknown): Promise<void> {
    lost.close()
    this.#links = undefined
    if (this.#isClosed) return
    const lostAt = performance.now()
    this.#options.onLost?.(cause instanceof Error ? cause.message : 'it has closed the connection')
    const line = await this.#dialer.redial()
    if (line === undefined) return
    const links = await this.#link(line, lost.id)
    if (!links.isClosed) this.#options.onRestored?.(performance.now() - lostAt)
  }

  async close(opened: Promise<void> | undefined): Promise<void> {
    this.#isClosed = true
    this.#dialer.close()
    this.#exchange.close()
    await opened?.catch(() => {
      // whoever opened was told
    })
    if (this.#links !== undefined) await this.#leave(this.#links)
    this.#timers.close()
  }

  async #leave(links: NatsLinks): Promise<void> {
    // a connection that is lost meanwhile hears no farewell
    await within(farewellMs, links.end())
    links.line.close()
    await links.line.lost
  }
}

/** What those errors are of that concern no single other bus. */
const source = 'nats'
