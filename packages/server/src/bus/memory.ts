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
  /** Of the links that there have been. */
  lastNumber = 0
  /** One queue for all: what arrives, arrives in the order in which it was said. */
  readonly turn = new Turn<() => void>((deliveries) => deliveries.forEach((deliver) => deliver()))
  /** Holds the process while a request waits: there is no socket to do so. */
  readonly timers = new TimerWheel({ unref: false })
}

/** One carrier's end of a link. Both ends have the same number, and no other link has. */
interface End {
  readonly link: Link
  readonly number: number
}

class MemoryCarrier implements Carrier {
  readonly #network: Network
  readonly #exchange: Exchange
  readonly #ends = new Map<MemoryCarrier, End>()
  #isClosed = false

  constructor(network: Network, exchange: Exchange) {
    this.#network = network
    this.#exchange = exchange
  }

  open(): Promise<void> {
    if (this.#isClosed) return Promise.resolve()
    for (const other of this.#network.open) this.#linkWith(other)
    this.#network.open.add(this)
    return Promise.resolve()
  }

  close(): Promise<void> {
    this.#end()
    // what it has said is queued before this
    return new Promise((resolve) =>
      this.#network.turn.push(() => {
        this.#loseAll()
        resolve()
      }),
    )
  }

  crash(): void {
    this.#end()
    this.#loseAll()
  }

  #linkWith(other: MemoryCarrier): void {
    const number = ++this.#network.lastNumber
    this.#attach(other, number)
    other.#attach(this, number)
  }

  #attach(other: MemoryCarrier, number: number): void {
    const link: Link = {
      full: false,
      waiting: 0,
      send: (frame) => this.#network.turn.push(() => other.#receive(this, number, frame)),
      cut: () => this.#cut(other, number),
    }
    this.#ends.set(other, { link, number })
    this.#exchange.join(link)
    for (const [subscription, subject] of other.#exchange.subjects())
      this.#exchange.learn(link, subscription, subject)
  }

  #receive(other: MemoryCarrier, number: number, frame: Frame): void {
    const end = this.#ends.get(other)
    if (end?.number === number) this.#exchange.receive(end.link, frame)
  }

  #cut(other: MemoryCarrier, number: number): void {
    if (!this.#lose(other, number)) return
    this.#network.turn.push(() => {
      if (other.#lose(this, number) && this.#isOpen && other.#isOpen) this.#linkWith(other)
    })
  }

  get #isOpen(): boolean {
    return this.#network.open.has(this)
  }

  #end(): void {
    this.#isClosed = true
    this.#network.open.delete(this)
    this.#exchange.close()
  }

  #loseAll(): void {
    for (const [other, { number }] of this.#ends) other.#lose(this, number)
    this.#ends.clear()
  }

  /** Returns whether there was that link to be lost. */
  #lose(other: MemoryCarrier, number: number): boolean {
    const end = this.#ends.get(other)
    if (end?.number !== number) return false
    this.#ends.delete(other)
    this.#exchange.leave(end.link)
    return true
  }
}

function throwUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
