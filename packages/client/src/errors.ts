import type { Closed } from './closed.ts'

/**
 * Why a request failed. `code` is the server's, when its answer is an object whose `code` is a number from
 * 400: so Pomelo's servers report failures. Or it is the client's own: 408 when no answer came within the
 * deadline, 503 when there is no connection, or it was lost before the answer.
 */
export class RequestError extends Error {
  override readonly name: string = 'RequestError'
  readonly code: number
  /** The server's whole answer, if there is one. */
  readonly body: unknown

  constructor(code: number, message: string, body?: unknown) {
    super(message)
    this.code = code
    this.body = body
  }
}

/** A connection could not be made, or ended before the client was online. */
export class ConnectionError extends Error {
  override readonly name: string = 'ConnectionError'
  readonly reason: Closed

  constructor(message: string, reason: Closed) {
    super(message)
    this.reason = reason
  }
}
