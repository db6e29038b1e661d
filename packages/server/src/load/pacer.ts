/**
 * Keeps a schedule: one call every `1 / rate` seconds, which is late rather than left out. Timers wake it each millisecond,
 * and `poll`, whenever the process is awake anyway, makes it more exact.
 */
export class Pacer {
  readonly #intervalMs: number
  readonly #onDue: (dueMs: number) => void
  readonly #startMs = performance.now()
  #count = 0
  #timer: NodeJS.Timeout | undefined

  /** @param onDue Is told when the call was due, by `performance.now()`. */
  constructor(ratePerSecond: number, onDue: (dueMs: number) => void) {
    this.#intervalMs = 1_000 / ratePerSecond
    this.#onDue = onDue
    this.#wait()
  }

  poll(nowMs: number): void {
    // answers are read between bursts, however late it is
    for (let burst = 0; burst < maxBurst && this.#isDue(nowMs); burst++) {
      this.#onDue(this.#dueMs)
      this.#count++
    }
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #isDue(nowMs: number): boolean {
    return this.#timer !== undefined && this.#dueMs <= nowMs
  }

  get #dueMs(): number {
    return this.#startMs + this.#count * this.#intervalMs
  }

  #wait(): void {
    this.#timer = setTimeout(
      () => {
        this.poll(performance.now())
        if (this.#timer !== undefined) this.#wait()
      },
      Math.max(1, this.#dueMs - performance.now()),
    )
  }
}

const maxBurst = 1_000
