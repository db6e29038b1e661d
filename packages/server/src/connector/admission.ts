import type { Log } from '../log.ts'
import type { TimerWheel } from '../timer-wheel.ts'

export interface AdmissionOptions {
  readonly perSecond: number
  readonly timers: TimerWheel
  readonly log: Log
  /** Milliseconds that never go back. @default performance.now */
  readonly now?: () => number
  /** @default Math.random */
  readonly random?: () => number
}

/** How often a server that has let somebody in counts who else may come. */
const tickMs = 100
/** The most that one tick counts for: a loop that comes late is busy enough with those who are here. */
const maxTickMs = 2 * tickMs
/** The first of those who are refused come back after this. */
const minRetryMs = 500
const maxRetryMs = 60_000
/** Those who are told to come back get this part of the rate; the rest is for who comes for the first time. */
const promisedPart = 0.8

/**
 * Lets clients in at a rate, a second's worth at once at the most, and tells the others when to come back: one after the
 * other, at the rate at which they can be let in. A server that has too much to do lets in fewer.
 */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #now: () => number
  readonly #random: () => number
  #free: number
  #countedAt = 0
  #counting = false
  /** When the last of those who were refused is to come back. */
  #lastSlotAt = 0
  #refused = 0

  constructor(options: AdmissionOptions) {
    const { perSecond, now = () => performance.now(), random = Math.random } = options
    this.#options = options
    this.#now = now
    this.#random = random
    this.#free = perSecond
  }

  /** Returns 0 to let a client in, otherwise after how many milliseconds it may come back. */
  ask(): number {
    if (this.#free < 1) return this.#refuse()
    this.#free--
    if (!this.#counting) this.#count()
    return 0
  }

  #refuse(): number {
    const { perSecond, log } = this.#options
    if (this.#refused++ === 0) log.warn({ perSecond }, 'more clients come than are let in')
    const now = this.#now()
    const slotAt = Math.max(this.#lastSlotAt, now + minRetryMs) + 1_000 / (promisedPart * perSecond)
    if (slotAt > now + maxRetryMs) return Math.ceil(maxRetryMs * (1 + this.#random()) * 0.5)
    this.#lastSlotAt = slotAt
    return Math.ceil(slotAt - now)
  }

  #count(): void {
    this.#counting = true
    this.#countedAt = this.#now()
    this.#options.timers.schedule(tickMs, () => this.#tick())
  }

  #tick(): void {
    const { perSecond, log } = this.#options
    const elapsedMs = Math.min(this.#now() - this.#countedAt, maxTickMs)
    this.#free = Math.min(perSecond, this.#free + (elapsedMs * perSecond) / 1_000)
    if (this.#free < perSecond) return this.#count()
    this.#counting = false
    if (this.#refused > 0) log.info({ refused: this.#refused }, 'clients are let in as they come again')
    this.#refused = 0
  }
}
