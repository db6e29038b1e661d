import { ServerError } from '../errors.ts'

/**
 * Handles the calls of one session one at a time, in the order in which they came. Sessions do not wait for one
 * another, and one that is idle costs nothing.
 */
export class SessionOrder {
  /** The sessions that have a call under way, each with those that wait behind it. */
  readonly #queues = new Map<string, (() => void)[] | undefined>()
  readonly #maxQueued: number

  constructor(maxQueued: number) {
    this.#maxQueued = maxQueued
  }

  /** How many sessions have a call under way. */
  get size(): number {
    return this.#queues.size
  }

  /**
   * Calls `start` once the session's previous call has left: now, if there is none.
   * @throws {ServerError} `BUSY`: as many calls of this session wait as may.
   */
  enter(session: string, start: () => void): void {
    if (!this.#queues.has(session)) {
      this.#queues.set(session, undefined)
      start()
      return
    }
    const waiting = this.#queues.get(session) ?? []
    if (waiting.length >= this.#maxQueued) {
      throw new ServerError('BUSY', `${waiting.length} calls of session ${session} wait already`)
    }
    waiting.push(start)
    this.#queues.set(session, waiting)
  }

  /** The call under way has ended: the next one starts, in a later microtask. */
  leave(session: string): void {
    const next = this.#queues.get(session)?.shift()
    if (next === undefined) this.#queues.delete(session)
    // not inside this call: of many that wait, each might end as it starts, and begin the next
    else queueMicrotask(next)
  }
}
