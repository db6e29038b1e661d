import type { VirtualProcess } from './virtual-process.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface PipeOptions {
  readonly time: VirtualTime
  readonly to: VirtualProcess
  /** How long the next message takes, in milliseconds. */
  readonly delayMs: () => number
  /** What becomes of a message that arrives now. */
  readonly fateNow: () => Fate
}

/** `late`: it arrives when the way is free again. `lost`: it is dropped, and with it all that would follow. */
export type Fate = 'arrives' | 'late' | 'lost'

/** One way from one bus to another: what is said arrives in order. */
export class Pipe {
  readonly #options: PipeOptions
  /** What waits for the way to be free. */
  readonly #late: (() => void)[] = []
  #lastAt = 0
  #isBroken = false

  constructor(options: PipeOptions) {
    this.#options = options
  }

  /** Whether something was lost on it: nothing arrives over it any more. */
  get isBroken(): boolean {
    return this.#isBroken
  }

  /** Calls `arrive` in the other process, behind what was sent before. */
  send(arrive: () => void): void {
    const { time, to, delayMs } = this.#options
    this.#lastAt = Math.max(this.#lastAt, time.now + delayMs())
    time.at(this.#lastAt, () => this.#arrive(() => time.hand(to, arrive)), undefined)
  }

  /** Loses what is on its way. */
  break(): void {
    this.#isBroken = true
    this.#late.length = 0
  }

  /** The way is free: what waited arrives. */
  release(): void {
    if (this.#late.length === 0) return
    const { time, delayMs } = this.#options
    time.at(time.now + delayMs(), () => this.#flush(), undefined)
  }

  #arrive(arrive: () => void): void {
    if (this.#isBroken) return
    const fate = this.#options.fateNow()
    if (fate === 'lost') this.break()
    else if (fate === 'late' || this.#late.length > 0) this.#late.push(arrive)
    else arrive()
  }

  #flush(): void {
    if (this.#options.fateNow() !== 'arrives') return
    for (const arrive of this.#late.splice(0)) arrive()
  }
}
