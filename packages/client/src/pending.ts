import { RequestError } from './errors.ts'
import { maxTimerMs, type Timer } from './timer.ts'

/** A request that waits for its answer. Of `resolve` and `reject` one is called, once. */
export interface PendingRequest {
  readonly route: string
  /** How long to wait for the answer. */
  readonly timeoutMs: number
  resolve(body: unknown): void
  reject(error: RequestError): void
}

/** The requests in flight on one link, by id. */
export class PendingRequests {
  readonly #requests = new Map<number, { request: PendingRequest; timer: Timer }>()
  #lastId: number

  /** Ids go on after `lastId`, which is for tests. @default 0 */
  constructor(lastId = 0) {
    this.#lastId = lastId
  }

  /** Returns an id that no request in flight has. */
  nextId(): number {
    do this.#lastId = this.#lastId === maxId ? 1 : this.#lastId + 1
    while (this.#requests.has(this.#lastId))
    return this.#lastId
  }

  /** Waits for an answer until the deadline of `request`. */
  add(id: number, request: PendingRequest): void {
    const { route, timeoutMs } = request
    const expire = (): void => {
      this.#take(id)?.reject(new RequestError(408, `no answer to ${route} within ${timeoutMs} ms`))
    }
    this.#requests.set(id, { request, timer: setTimeout(expire, Math.min(timeoutMs, maxTimerMs)) })
  }

  /** Returns the route of a request in flight. */
  routeOf(id: number): string | undefined {
    return this.#requests.get(id)?.request.route
  }

  /** Answers a request. An answer that comes after its deadline, or twice, is dropped. */
  resolve(id: number, body: unknown): void {
    this.#take(id)?.resolve(body)
  }

  rejectAll(error: RequestError): void {
    for (const id of [...this.#requests.keys()]) this.#take(id)?.reject(error)
  }

  #take(id: number): PendingRequest | undefined {
    const pending = this.#requests.get(id)
    this.#requests.delete(id)
    clearTimeout(pending?.timer)
    return pending?.request
  }
}

/** The ids of the protocol end here; 0 means that no answer is wanted. */
const maxId = 2 ** 31 - 1
