/** Every way a call can fail, and the number that clients know it by. `docs/errors.md` lists the same. */
export const codes = {
  BAD_MESSAGE: 400,
  DENIED: 403,
  NOT_FOUND: 404,
  TIMEOUT: 408,
  GONE: 410,
  TOO_LARGE: 413,
  BUSY: 429,
  INTERNAL: 500,
  NO_SERVER: 503,
} as const

export type Code = keyof typeof codes

/** A failure that its caller is told: the code crosses the wire, to other servers and to clients. */
export class ServerError extends Error {
  override readonly name: string = 'ServerError'
  readonly code: Code
  /** What to answer the client instead of `{ code, message }`. Anything that JSON can carry. */
  readonly reply: unknown

  constructor(code: Code, message: string, options: ErrorOptions & { reply?: unknown } = {}) {
    super(message, options)
    this.code = code
    this.reply = options.reply
  }
}

/** A mistake of the operator or the developer: config, folders, ports. Shown in one line, without a stack. */
export class SetupError extends Error {
  override readonly name: string = 'SetupError'
}

/** Returns what a client is answered when its request fails with `error`. Shows nothing of an unexpected one. */
export function errorReply(error: unknown): unknown {
  if (!(error instanceof ServerError)) return { code: codes.INTERNAL, message: 'internal error' }
  return error.reply ?? { code: codes[error.code], message: error.message }
}

/** Returns the code that refuses a handshake. Clients of Pomelo tell their users for 501 that they are too old. */
export function refusalCode(error: unknown): 500 | 501 {
  const reply = error instanceof ServerError ? (Object(error.reply) as { code?: unknown }) : undefined
  return reply?.code === 501 ? 501 : 500
}
