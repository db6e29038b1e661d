import type { Bus, BusMessage, Watch } from '../../src/bus/bus.ts'
import { Exchange } from '../../src/bus/exchange.ts'
import type { BusOptions } from '../../src/bus/exchange.ts'
import type { Frame } from '../../src/bus/frame.ts'
import type { Link } from '../../src/bus/interest.ts'
import { TimerWheel } from '../../src/timer-wheel.ts'
import type { Pipe, Taker } from './pipe.ts'
import type { VirtualProcess } from './virtual-process.ts'

/** The number and the subject of each subscription. */
type Subjects = readonly (readonly [number, string])[]

/** One side's link to another bus. */
class End implements Link, Taker<Frame> {
  readonly full = false
  waiting = 0
  /** That both sides have, or will have. */
  readonly wire: Wire
  readonly pipe: Pipe<Frame>
  readonly #network: BusNetwork
  readonly #exchange: Exchange
  readonly #bus: VirtualBus
  readonly #other: VirtualBus

  constructor(wire: Wire, { network, exchange, bus, other }: Sides) {
    this.wire = wire
    this.pipe = wire.pipeFrom(bus)
    this.#network = network
    this.#exchange = exchange
    this.#bus = bus
    this.#other = other
  }

  send(frame: Frame): void {
    this.pipe.sendItem(frame)
    if (this.#other.process.state === 'dead') this.#network.miss(this.#bus, this.#other, this.wire)
  }

  take(frame: Frame): void {
    this.#exchange.receive(this, frame)
  }

  cut(): void {
    this.#bus.cut(this.#other, this.wire)
  }
}

interface Sides {
  readonly network: BusNetwork
  readonly exchange: Exchange
  readonly bus: VirtualBus
  readonly other: VirtualBus
}

/** What two buses are joined by: a pipe each way. A later one takes its place, with a larger number. */
export interface Wire {
  readonly number: number
  pipeFrom(bus: VirtualBus): Pipe<Frame>
}

/** What a bus needs of its network. */
export interface BusNetwork {
  /** Links a bus to all others. Each promise resolves when one of them has answered. */
  join(bus: VirtualBus): Promise<void>[]
  leave(bus: VirtualBus): void
  /** Something is said to a dead process: that comes back, and who said it knows. */
  miss(bus: VirtualBus, dead: VirtualBus, wire: Wire): void
  /** Links two again, of which one has given up the wire. */
  redial(bus: VirtualBus, other: VirtualBus): void
  /** Hears all that is said, if it is there. */
  readonly onSay: ((process: VirtualProcess, subject: string, data: Uint8Array) => void) | undefined
}

/** How long `open` waits for a process that does not answer, as over NATS. */
const openTimeoutMs = 2_000

/** The real middle of a bus, with links over a virtual network. */
export class VirtualBus implements Bus {
  readonly process: VirtualProcess
  readonly #network: BusNetwork
  readonly #timers = new TimerWheel()
  readonly #exchange: Exchange
  readonly #ends = new Map<VirtualBus, End>()
  #state: 'new' | 'open' | 'closed' = 'new'

  constructor(network: BusNetwork, process: VirtualProcess, options: BusOptions) {
    this.#network = network
    this.process = process
    this.#exchange = new Exchange(options, this.#timers)
  }

  async open(): Promise<void> {
    if (this.#state !== 'new') return
    this.#state = 'open'
    const met = this.#network.join(this)
    const { promise: late, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(resolve, openTimeoutMs)
    await Promise.race([Promise.all(met), late])
    clearTimeout(timer)
  }

  publish(subject: string, data: Uint8Array): void {
    this.#network.onSay?.(this.process, subject, data)
    this.#exchange.publish(subject, data)
  }

  retain(subject: string, data: Uint8Array): () => void {
    this.#network.onSay?.(this.process, subject, data)
    return this.#exchange.retain(subject, data)
  }

  subscribe(subject: string, onMessage: (message: BusMessage) => void): () => void {
    return this.#exchange.subscribe(subject, onMessage)
  }

  request(subject: string, data: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    this.#network.onSay?.(this.process, subject, data)
    return this.#exchange.request(subject, data, timeoutMs)
  }

  watch(subject: string, onLost: () => void): Watch | undefined {
    return this.#exchange.watch(subject, onLost)
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#exchange.close()
    this.#timers.close()
    this.#network.leave(this)
    for (const [other, { wire, pipe }] of this.#ends) pipe.send(() => other.lose(this, wire))
  }

  /** The wire to another bus, as far as this one knows. */
  wireTo(other: VirtualBus): Wire | undefined {
    return this.#ends.get(other)?.wire
  }

  /** Says hello over a new wire. Resolves when each side knows what the other subscribes to. */
  call(other: VirtualBus, wire: Wire): Promise<void> {
    return new Promise((resolve) => {
      const subjects = this.#exchange.subjects()
      const pipe = this.#attach(other, wire, () => other.#answer(this, wire, subjects))
      pipe.send(() => other.#ends.get(this)?.pipe.send(resolve))
    })
  }

  /** Takes a hello, which stands before all else on a wire. */
  #answer(other: VirtualBus, wire: Wire, subjects: Subjects): void {
    const known = this.#ends.get(other)?.wire.number ?? 0
    // both called: the later call counts on both sides
    if (this.#state !== 'open' || known >= wire.number) return
    const own = this.#exchange.subjects()
    this.#attach(other, wire, () => other.#learn(this, wire, own))
    this.#learn(other, wire, subjects)
  }

  /** Takes what the other side's hello says that it subscribes to. */
  #learn(other: VirtualBus, wire: Wire, subjects: Subjects): void {
    const end = this.#ends.get(other)
    if (end?.wire !== wire) return
    for (const [number, subject] of subjects) this.#exchange.learn(end, number, subject)
  }

  /** Learns that a wire leads nowhere any more. */
  lose(other: VirtualBus, wire: Wire): void {
    const end = this.#ends.get(other)
    if (end?.wire !== wire) return
    // drops what still comes over it
    wire.pipeFrom(other).taker = undefined
    this.#ends.delete(other)
    this.#exchange.leave(end)
  }

  /** Gives a wire up, and lets the other side know. */
  cut(other: VirtualBus, wire: Wire): void {
    const end = this.#ends.get(other)
    if (end?.wire !== wire) return
    this.lose(other, wire)
    end.pipe.send(() => other.lose(this, wire))
    this.#network.redial(this, other)
  }

  /** Begins to use a wire: `hello` is the first that arrives over it. */
  #attach(other: VirtualBus, wire: Wire, hello: () => void): Pipe<Frame> {
    const former = this.#ends.get(other)
    if (former !== undefined) this.lose(other, former.wire)
    const sides = { network: this.#network, exchange: this.#exchange, bus: this, other }
    const end = new End(wire, sides)
    this.#ends.set(other, end)
    wire.pipeFrom(other).taker = end
    end.pipe.send(hello)
    this.#exchange.join(end)
    return end.pipe
  }
}
