import { sessionKey } from './session.ts'
import type { Session, SessionCalls, SessionSnapshot } from './session.ts'

/** The stand-in for a session of a frontend, for the length of one call. */
export class BackendSession implements Session {
  readonly #snapshot: SessionSnapshot
  readonly #calls: SessionCalls
  #uid: string | null
  /** What `set` said, absent until then: most calls change nothing. */
  #values: Map<string, unknown> | undefined
  /** What of it the frontend does not know yet. */
  #changes: Map<string, unknown> | undefined

  constructor(snapshot: SessionSnapshot, calls: SessionCalls) {
    this.#snapshot = snapshot
    this.#calls = calls
    this.#uid = snapshot.uid
  }

  get id(): number {
    return this.#snapshot.id
  }

  get frontendId(): string {
    return this.#snapshot.frontendId
  }

  get key(): string {
    return sessionKey(this.#snapshot)
  }

  get uid(): string | null {
    return this.#uid
  }

  async bind(uid: string): Promise<void> {
    await this.#calls.bind(this.#snapshot, uid)
    this.#uid = uid
  }

  async unbind(): Promise<void> {
    await this.#calls.unbind(this.#snapshot)
    this.#uid = null
  }

  get(key: string): unknown {
    if (this.#values?.has(key)) return this.#values.get(key)
    return Object.hasOwn(this.#snapshot.state, key) ? this.#snapshot.state[key] : undefined
  }

  get state(): Readonly<Record<string, unknown>> {
    return { ...this.#snapshot.state, ...Object.fromEntries(this.#values ?? []) }
  }

  set(key: string, value: unknown): void {
    this.#values ??= new Map()
    this.#changes ??= new Map()
    this.#values.set(key, value)
    this.#changes.set(key, value)
  }

  async push(): Promise<void> {
    const changes = this.#changes
    if (changes === undefined) return
    // sent once: by the next push another call may have changed them
    this.#changes = undefined
    try {
      await this.#calls.push(this.#snapshot, changes)
    } catch (error) {
      this.#takeBack(changes)
      throw error
    }
  }

  /** What was set since then goes before what could not be sent. */
  #takeBack(changes: ReadonlyMap<string, unknown>): void {
    this.#changes = new Map([...changes, ...(this.#changes ?? [])])
  }

  async kick(reason?: string): Promise<void> {
    await this.#calls.kick(this.#snapshot, reason)
  }
}
