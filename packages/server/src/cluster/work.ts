/**
 * The calls to a server that are its application's work, not the framework's: they can be held back for a moment, and
 * it can be awaited that all which have begun have ended.
 */
export class Work {
  #generation = new Generation()
  #earlier: Promise<unknown> = Promise.resolve()
  #holds = 0
  #waiting: (() => void)[] = []

  get isHeld(): boolean {
    return this.#holds > 0
  }

  /** Calls `start` when nothing holds work back any more: in the order of these calls, before any that comes later. */
  wait(start: () => void): void {
    this.#waiting.push(start)
  }

  /** Holds back what comes from now on, until `until` has settled. */
  hold(until: Promise<unknown>): void {
    this.#holds++
    const release = () => {
      this.#holds--
      if (this.#holds > 0) return
      const waiting = this.#waiting
      this.#waiting = []
      for (const start of waiting) start()
    }
    until.then(release, release)
  }

  /** Notes that a call has begun. Whoever got the generation ends it. */
  begin(): Generation {
    this.#generation.count++
    return this.#generation
  }

  /** Resolves when nothing holds work back any more, and all that waited has begun. */
  released(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isHeld) this.wait(resolve)
      else resolve()
    })
  }

  /** Resolves when all that had begun have ended. Others may have begun meanwhile. */
  settled(): Promise<void> {
    this.#earlier = Promise.all([this.#earlier, this.#generation.seal()])
    this.#generation = new Generation()
    return this.#earlier.then(() => undefined)
  }
}

/** Calls that began between two moments at which somebody asked whether all had ended. */
export class Generation {
  count = 0
  #resolve: (() => void) | undefined

  end(): void {
    this.count--
    if (this.count === 0) this.#resolve?.()
  }

  /** No call is added from now on. Resolves when all have ended. */
  seal(): Promise<void> {
    return new Promise((resolve) => {
      if (this.count === 0) resolve()
      else this.#resolve = resolve
    })
  }
}
