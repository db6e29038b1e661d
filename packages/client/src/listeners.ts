/** Hears an event. Who emits it and who listens agree on the arguments elsewhere. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Listener = (...args: any[]) => void

/** Who listens to which event. A listener that throws does not keep the others from hearing. */
export class Listeners {
  readonly #entries = new Map<string, readonly Entry[]>()

  /** Returns the function that removes the listener. */
  on(event: string, listener: Listener, { once = false } = {}): () => void {
    const entry = { listener, once }
    this.#entries.set(event, [...this.#of(event), entry])
    return () => this.#keep(event, (other) => other !== entry)
  }

  /** Removes a listener of an event, or all of the event, or all. */
  off(event?: string, listener?: Listener): void {
    if (event === undefined) this.#entries.clear()
    else this.#keep(event, (entry) => listener !== undefined && entry.listener !== listener)
  }

  listeners(event: string): Listener[] {
    return this.#of(event).map((entry) => entry.listener)
  }

  emit(event: string, ...args: readonly unknown[]): void {
    for (const entry of this.#of(event)) {
      if (entry.once) this.#keep(event, (other) => other !== entry)
      callSafely(() => entry.listener(...args))
    }
  }

  #of(event: string): readonly Entry[] {
    return this.#entries.get(event) ?? []
  }

  // a new array each time, so that `emit` goes on with the one it began
  #keep(event: string, keeps: (entry: Entry) => boolean): void {
    const kept = this.#of(event).filter(keeps)
    if (kept.length > 0) this.#entries.set(event, kept)
    else this.#entries.delete(event)
  }
}

interface Entry {
  readonly listener: Listener
  readonly once: boolean
}

/**
 * Calls a function of the application. What it throws is reported as an uncaught error and does not come back
 * here.
 */
export function callSafely(call: () => void): void {
  try {
    call()
  } catch (error) {
    // Node has no `reportError`
    if (typeof globalThis.reportError === 'function') globalThis.reportError(error)
    else {
      queueMicrotask(() => {
        throw error
      })
    }
  }
}
