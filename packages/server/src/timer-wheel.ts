/** A delayed call. */
export interface Timer {
  /** Does nothing once it ran. */
  cancel(): void
}

export interface TimerWheelOptions {
  /** How late a timer may be, in milliseconds, on a loop that is not busy. @default 50 */
  readonly tickMs?: number
  /** Whether the process may end while timers wait. @default true */
  readonly unref?: boolean
  /** Takes what a callback throws. @default an uncaught exception, as with `setTimeout` */
  readonly onError?: (error: unknown) => void
  /** A clock that never goes back, in milliseconds. @default performance.now */
  readonly now?: () => number
}

/**
 * Many delayed calls for the price of one interval: deadlines are set and cancelled with every request, and nearly
 * none of them expires. A timer is never early, and about a tick late at most.
 */
export class TimerWheel {
  readonly #tickMs: number
  readonly #unref: boolean
  readonly #onError: (error: unknown) => void
  readonly #now: () => number
  /** A ring of lists. A timer waits in the list of its tick, for as many turns of the ring as its delay has. */
  readonly #slots = Array.from({ length: 512 }, () => new Entry())
  readonly #waiting = { count: 0 }
  #interval: NodeJS.Timeout | undefined
  /** The tick up to which the lists were looked through. */
  #sweptTick = 0
  #closed = false

  constructor({ tickMs = 50, unref = true, onError = throwUncaught, now }: TimerWheelOptions = {}) {
    this.#tickMs = tickMs
    this.#unref = unref
    this.#onError = onError
    this.#now = now ?? (() => performance.now())
  }

  /** How many delayed calls are still to come. */
  get waiting(): number {
    return this.#waiting.count
  }

  /** Calls `run` after `delayMs`: at the next tick when that is 0 or less, never when it is `Infinity`. */
  schedule(delayMs: number, run: () => void): Timer {
    const dueAt = this.#now() + Math.max(0, delayMs)
    const entry = new Entry(dueAt, run, this.#waiting)
    if (this.#closed || dueAt === Infinity) return entry
    this.#start()
    entry.insertBefore(this.#slotOf(this.#tickOf(dueAt)))
    return entry
  }

  /** Cancels everything, now and later. */
  close(): void {
    this.#closed = true
    clearInterval(this.#interval)
    for (const slot of this.#slots) while (slot.next !== slot) slot.next.cancel()
  }

  #start(): void {
    if (this.#interval !== undefined) return
    this.#interval = setInterval(() => this.#tick(), this.#tickMs)
    if (this.#unref) this.#interval.unref()
  }

  #tick(): void {
    for (const entry of this.#takeDue()) {
      if (this.#closed) return
      try {
        entry.run()
      } catch (error) {
        this.#onError(error)
      }
    }
    // not as soon as the last one is cancelled: a lone request after the other would start it each time
    if (this.#waiting.count > 0) return
    clearInterval(this.#interval)
    this.#interval = undefined
  }

  #takeDue(): Entry[] {
    const now = this.#now()
    const tick = this.#tickOf(now)
    const due: Entry[] = []
    // begins with the tick it ended with: what was not yet due in that one may be now
    for (let at = Math.max(this.#sweptTick, tick - this.#slots.length + 1); at <= tick; at++) {
      const slot = this.#slotOf(at)
      for (let entry = slot.next; entry !== slot; entry = entry.next) if (entry.dueAt <= now) due.push(entry)
    }
    this.#sweptTick = tick
    for (const entry of due) entry.unlink()
    return due
  }

  #tickOf(time: number): number {
    return Math.floor(time / this.#tickMs)
  }

  #slotOf(tick: number): Entry {
    return this.#slots[tick % this.#slots.length]!
  }
}

/** A link of a circular list; the one without a call is the list's head. */
class Entry implements Timer {
  readonly dueAt: number
  next: Entry = this
  #previous: Entry = this
  #run: (() => void) | undefined
  readonly #waiting: { count: number }

  constructor(dueAt = Infinity, run?: () => void, waiting = { count: 0 }) {
    this.dueAt = dueAt
    this.#run = run
    this.#waiting = waiting
  }

  run(): void {
    const run = this.#run
    this.#run = undefined
    run?.()
  }

  cancel(): void {
    this.#run = undefined
    this.unlink()
  }

  insertBefore(other: Entry): void {
    this.next = other
    this.#previous = other.#previous
    this.#previous.next = this
    other.#previous = this
    this.#waiting.count++
  }

  unlink(): void {
    if (this.next === this) return
    this.#previous.next = this.next
    this.next.#previous = this.#previous
    this.next = this
    this.#previous = this
    this.#waiting.count--
  }
}

function throwUncaught(error: unknown): void {
  queueMicrotask(() => {
    throw error
  })
}
