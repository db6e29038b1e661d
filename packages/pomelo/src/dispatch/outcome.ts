/** What a handler or a filter has called back with: `next(err, resp, opts)`. */
export class Outcome {
  readonly error: unknown
  readonly response: unknown
  readonly opts: unknown

  constructor(error?: unknown, response?: unknown, opts?: unknown) {
    this.error = error
    this.response = response
    this.opts = opts
  }
}

/**
 * Returns what a client is answered when its request has failed: the response with code 500, unless it has a code of its
 * own.
 */
export function failureReply(response: unknown): unknown {
  if (!response) return { code: 500 }
  if (typeof response !== 'object') return response
  const { code } = response as { code?: unknown }
  return code ? response : { ...response, code: 500 }
}
