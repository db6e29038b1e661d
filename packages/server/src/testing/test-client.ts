import type { Client } from '@shaddock/client'
import type { Contract, PushRoute, Wire } from '@shaddock/protocol'

/** A client that also remembers the pushes that it was sent. */
export type TestClient<C extends Contract> = Client<C> & {
  /**
   * Resolves with the oldest message of a push that no `next` has taken yet, or with the first to come.
   * @throws {Error} none came within `timeoutMs`. @default 2_000
   */
  next<P extends PushRoute<C>>(push: P, timeoutMs?: number): Promise<Wire<C['pushes'][P]>>
  /** The messages of a push that no `next` has taken yet. */
  heard<P extends PushRoute<C>>(push: P): readonly Wire<C['pushes'][P]>[]
}

/** Adds memory to a client, from now on. */
export function remembering<C extends Contract>(client: Client<C>): TestClient<C> {
  const inboxes = new Map<string, Inbox>()
  const inbox = (push: string): Inbox => {
    const known = inboxes.get(push) ?? new Inbox(push)
    inboxes.set(push, known)
    return known
  }
  client.onAny((push, message) => inbox(push).put(message))
  return Object.assign(client, {
    next: (push: string, timeoutMs = 2_000) => inbox(push).take(timeoutMs),
    heard: (push: string) => inbox(push).messages,
  }) as TestClient<C>
}

class Inbox {
  readonly messages: unknown[] = []
  readonly #push: string
  readonly #waiting: ((message: unknown) => void)[] = []

  constructor(push: string) {
    this.#push = push
  }

  put(message: unknown): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.messages.push(message)
    else waiting(message)
  }

  take(timeoutMs: number): Promise<unknown> {
    if (this.messages.length > 0) return Promise.resolve(this.messages.shift())
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(settle), 1)
        reject(new Error(`no ${this.#push} came within ${timeoutMs} ms`))
      }, timeoutMs)
      const settle = (message: unknown) => {
        clearTimeout(timer)
        resolve(message)
      }
      this.#waiting.push(settle)
    })
  }
}
