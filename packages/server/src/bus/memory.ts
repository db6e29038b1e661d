import { TimerWheel } from '../timer-wheel.ts'
import type { Bus } from './bus.ts'
import { Exchange } from './exchange.ts'
import type { BusOptions } from './exchange.ts'
import { createExchangeBus } from './exchange-bus.ts'
import type { Carrier } from './exchange-bus.ts'
import type { Frame } from './frame.ts'
import type { Link } from './interest.ts'
import { Turn } from '../turn.ts'

/** The buses of one process, each with its links to the others: a whole cluster without a socket. */
export interface MemoryNetwork {
  /** Returns a bus that the others hear from once it is open. */
  createBus(options?: Partial<BusOptions>): Bus
  /** Ends a bus as the death of its process would: what it had queued is lost. */
  crash(bus: Bus): void
}

export function createMemoryNetwork(): MemoryNetwork {
  const network = new Network()
  return {
    createBus: (options = {}) => {
      const exchange = new Exchange({ onError: throwUncaught, ...options }, network.timers)
      const carrier = new MemoryCarrier(network, exchange)
      const bus = createExchangeBus(exchange, carrier)
      network.carriers.set(bus, carrier)
      return bus
    },
    crash: (bus) => network.carriers.get(bus)?.crash(),
  }
}

class Network {
  readonly carriers = new WeakMap<Bus, MemoryCarrier>()
  readonly open = new Set<MemoryCarrier>()
  /** One queue for all: what arrives, arrives in the order in which it was said. */
  readonly turn = new Turn<() => void>((deliveries) => deliveries.forEach((deliver) => deliver()))
  /** Holds the process while a request waits: there is no socket to do so. */
  readonly timers = new TimerWheel({ unref: false })
}

class MemoryCarrier implements Carrier {
  readonly #network: Network
  readonly #exchange: Exchange
  readonly #links = new Map<MemoryCarrier, Link>()
  #isClosed = false

  constructor(network: Network, exchange: Exchange) {
    this.#network = network
    this.#exchange = exchange
  }

  open(): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    for (const other of this.#network.open) {
      this.#linkTo(other)
      other.#linkTo(this)
    }
    this.#network.open.add(this)
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#end()
    // what it has said is queued before this
    return new Promise((resolve) =>
      this.#network.turn.push(() => {
        this.#cutLinks()
        resolve()
      }),
    )
  }

  crash(): void {
    this.#end()
    this.#cutLinks()
  }

  #linkTo(other: MemoryCarrier): void {
    const link: Link = {
      full: false,
      waiting: 0,
      send: (frame) => this.#network.turn.push(() => other.#receiveFrom(this, frame)),
    }
    this.#links.set(other, link)
    this.#exchange.join(link)
    for (const [number, subject] of other.#exchange.subjects()) this.#exchange.learn(link, number, subject)
  }

  /** Drops what comes over a link that was cut meanwhile. */
  #receiveFrom(other: MemoryCarrier, frame: Frame): void {
    const link = this.#links.get(other)
    if (link !== undefined) this.#exchange.receive(link, frame)
  }

  #end(): void {
    this.#isClosed = true
    this.#network.open.delete(this)
    this.#exchange.close()
  }

  #cutLinks(): void {
    for (const other of this.#links.keys()) other.#cut(this)
    this.#links.clear()
  }

  #cut(other: MemoryCarrier): void {
    const link = this.#links.get(other)
    if (link === undefined) return
    this.#links.delete(other)
    this.#exchange.leave(link)
  }
}

function throwUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
