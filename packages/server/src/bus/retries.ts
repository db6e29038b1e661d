import type { TimerWheel } from '../timer-wheel.ts'

/** How often something is tried again: first after so long, then each time after twice as much. */
const maxTries = 4
const firstMs = 100

/** Tries again, by name, what failed but may soon succeed. */
export class Retries {
  readonly #timers: TimerWheel
  readonly #attempt: (name: string) => void
  readonly #tries = new Map<string, number>()

  constructor(timers: TimerWheel, attempt: (name: string) => void) {
    this.#timers = timers
    this.#attempt = attempt
  }

  /** It has failed, perhaps again. */
  again(name: string): void {
    const tries = this.#tries.get(name) ?? 0
    if (tries === maxTries) {
      this.#tries.delete(name)
      return
    }
    this.#tries.set(name, tries + 1)
    this.#timers.schedule(firstMs * 2 ** tries, () => {
      if (this.#tries.has(name)) this.#attempt(name)
    })
  }

  /** It has succeeded, or need not be tried any more. */
  end(name: string): void {
    this.#tries.delete(name)
  }

  endAll(): void {
    this.#tries.clear()
  }
}
