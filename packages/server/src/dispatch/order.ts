import { ServerError } from '../errors.ts'

/**
 * Handles the calls of one session one at a time, in the order in which they came. Sessions do not wait for one
 * another, and one that is idle costs nothing.
 */
export class SessionOrder {
  readonly #queues = new Map<string, (() => void)[]>()
  readonly #maxQueued: number

  constructor(maxQueued: number) {
    this.#maxQueued = maxQueued
  }

  /** How many sessions have a call under way. */
  get size(): number {
    return this.#queues.size
  }

  /** @throws {ServerError} `BUSY`: as many calls of this session wait as may. */
  async run<T>(session: string, task: () => Promise<T>): Promise<T> {
    const waiting = this.#queues.get(session)
    if (waiting === undefined) this.#queues.set(session, [])
    else await this.#turn(session, waiting)
    try {
      return await task()
    } finally {
      this.#next(session)
    }
  }

  #turn(session: string, waiting: (() => void)[]): Promise<void> {
    if (waiting.length >= this.#maxQueued) {
      throw new ServerError('BUSY', `${waiting.length} calls of session ${session} wait already`)
    }
    return new Promise((resolve) => waiting.push(resolve))
  }

  #next(session: string): void {
    const next = this.#queues.get(session)?.shift()
    if (next === undefined) this.#queues.delete(session)
    else next()
  }
}
