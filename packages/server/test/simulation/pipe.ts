import type { Event, VirtualProcess } from './virtual-process.ts'
import type { VirtualTime } from './virtual-time.ts'

/** What all pipes of a network have in common. */
export interface PipeOptions {
  readonly time: VirtualTime
  /** How long the next message takes, in milliseconds. */
  readonly delayMs: () => number
  /** What becomes of a message that arrives now. */
  readonly fateOf: (from: VirtualProcess, to: VirtualProcess) => Fate
}

/** `late`: it arrives when the way is free again. `lost`: it is dropped, and with it all that would follow. */
export type Fate = 'arrives' | 'late' | 'lost'

/** No function: with a thousand servers there are a million of them, each in a place of its own in memory. */
export interface Taker<Item> {
  take(item: Item): void
}

/** One way from one bus to another: what is said arrives in order. `Item` is what is said most. */
export class Pipe<Item> {
  /** Takes the items that arrive, in the other process; nobody does when it has lost the wire. */
  taker: Taker<Item> | undefined
  readonly #options: PipeOptions
  readonly #from: VirtualProcess
  readonly #to: VirtualProcess
  /** What waits for the way to be free. */
  #late: (() => void)[] | undefined
  #lastAt = 0
  #isBroken = false

  constructor(options: PipeOptions, from: VirtualProcess, to: VirtualProcess) {
    this.#options = options
    this.#from = from
    this.#to = to
  }

  /** Whether something was lost on it: nothing arrives over it any more. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /** Calls `arrive` in the other process, behind what was sent before. */
  send(arrive: () => void): void {
    this.#options.time.at(this.#next(), () => this.arrive(arrive), undefined)
  }

  /** Gives an item to the other side's `taker`, behind what was sent before. */
  sendItem(item: Item): void {
    this.#options.time.add(this.#next(), new Passage(this, item))
  }

  /** Loses what is on its way. */
  break(): void {
    this.#isBroken = true
    this.#late = undefined
  }

  /** The way is free: what waited arrives. */
  release(): void {
    if (this.#late === undefined) return
    const { time, delayMs } = this.#options
    time.at(time.now + delayMs(), () => this.#flush(), undefined)
  }

  /** Something has come to the end of the way. */
  arrive(arrive: () => void): void {
    if (this.#isBroken) return
    const fate = this.#fate
    if (fate === 'lost') this.break()
    else if (this.#late !== undefined) this.#late.push(arrive)
    else if (fate === 'late') this.#late = [arrive]
    else this.#options.time.hand(this.#to, arrive)
  }

  #flush(): void {
    if (this.#fate !== 'arrives') return
    const late = this.#late ?? []
    this.#late = undefined
    for (const arrive of late) this.#options.time.hand(this.#to, arrive)
  }

  /** Returns when what is sent now arrives. */
  #next(): number {
    const { time, delayMs } = this.#options
    this.#lastAt = Math.max(this.#lastAt, time.now + delayMs())
    return this.#lastAt
  }

  get #fate(): Fate {
    return this.#options.fateOf(this.#from, this.#to)
  }
}

/** An item on its way: one small object, for there are many at a time. */
class Passage<Item> implements Event {
  readonly #pipe: Pipe<Item>
  readonly #item: Item

  constructor(pipe: Pipe<Item>, item: Item) {
    this.#pipe = pipe
    this.#item = item
  }

  /** Of none: what no virtual process can stop. */
  get process(): undefined {
    return undefined
  }

  get isTimer(): boolean {
    return false
  }

  get cancelled(): boolean {
    return false
  }

  run(): void {
    this.#pipe.arrive(() => this.#pipe.taker?.take(this.#item))
  }
}
