import { ServerError } from '../errors.ts'
import type { Timer, TimerWheel } from '../timer-wheel.ts'
import type { Link } from './interest.ts'

/** The requests of one bus that wait for an answer. Each settles once: answered, too late, or its link lost. */
export class Requests {
  readonly #timers: TimerWheel
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0

  constructor(timers: TimerWheel) {
    this.#timers = timers
  }

  /** Returns an id for a request. They come round after 2³² and pass over those that still wait. */
  nextId(): number {
    do this.#lastId = (this.#lastId + 1) >>> 0
    while (this.#lastId === 0 || this.#waiting.has(this.#lastId))
    return this.#lastId
  }

  /**
   * Waits for the answer to a request that goes over `link`.
   * @throws {ServerError} `TIMEOUT`, `NO_SERVER`
   */
  wait(id: number, link: Link, { subject, timeoutMs }: Expectation): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const timer = this.#timers.schedule(timeoutMs, () => {
        this.#take(id, link)
        reject(new ServerError('TIMEOUT', `no reply on ${subject} within ${timeoutMs} ms`))
      })
      this.#waiting.set(id, { link, subject, timer, resolve, reject })
      link.waiting++
    })
  }

  /** Answers a request. Does nothing if it waits no more, or was not asked over `link`. */
  resolve(id: number, link: Link, data: Uint8Array): void {
    this.#take(id, link)?.resolve(data)
  }

  /** Fails a request that found no subscriber. */
  failUnheard(id: number, link: Link): void {
    const waiting = this.#take(id, link)
    waiting?.reject(new ServerError('NO_SERVER', `nobody subscribes to ${waiting.subject} any more`))
  }

  /** Fails all requests that went over `link`. */
  failLink(link: Link): void {
    for (const [id, waiting] of this.#waiting) {
      if (link.waiting === 0) return
      if (waiting.link !== link) continue
      this.#take(id, link)
      waiting.reject(
        new ServerError('NO_SERVER', `link lost while waiting for a reply on ${waiting.subject}`),
      )
    }
  }

  failAll(): void {
    for (const [id, waiting] of this.#waiting) {
      this.#take(id, waiting.link)
      waiting.reject(
        new ServerError('NO_SERVER', `bus closed while waiting for a reply on ${waiting.subject}`),
      )
    }
  }

  #take(id: number, link: Link): Waiting | undefined {
    const waiting = this.#waiting.get(id)
    if (waiting?.link !== link) return undefined
    this.#waiting.delete(id)
    waiting.timer.cancel()
    link.waiting--
    return waiting
  }
}

export interface Expectation {
  readonly subject: string
  readonly timeoutMs: number
}

interface Waiting {
  readonly link: Link
  readonly subject: string
  readonly timer: Timer
  readonly resolve: (data: Uint8Array) => void
  readonly reject: (error: ServerError) => void
}
