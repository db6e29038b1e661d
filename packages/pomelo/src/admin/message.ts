/** What tools and the master say to one another. */
export interface AdminMessage {
  /** Present where an answer is wanted. */
  readonly reqId?: number
  readonly command?: string
  readonly moduleId?: string
  readonly body?: Record<string, unknown>
}

export interface AdminAnswer {
  readonly respId: number
  /** Some modules answer here, with nothing in the body: that is how Pomelo's tools read them. */
  readonly error?: unknown
  readonly body?: unknown
}

/** Requests and answers are texts of JSON inside of JSON; what wants no answer may be an object. */
export function decodeAdmin(payload: string): unknown {
  const value: unknown = JSON.parse(payload)
  return typeof value === 'string' ? (JSON.parse(value) as unknown) : value
}

export function encodeAnswer(reqId: number, error: unknown, body: unknown): string {
  const plain = error instanceof Error ? { message: error.message, stack: error.stack } : error
  return JSON.stringify({ respId: reqId, error: plain, body } satisfies AdminAnswer)
}

/** The answer to `register`. */
export const AdminCode = { ok: 1, fail: -1 } as const
