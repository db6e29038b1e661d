/** What tools and the master say to one another. */
export interface AdminMessage {
  /** Present where an answer is wanted. */
  readonly reqId?: number | undefined
  readonly command?: string | undefined
  readonly moduleId?: string | undefined
  readonly body?: unknown
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

/** Reads what a tool asks for. @throws {TypeError} it names that with something else than a text. */
export function readAdminMessage(message: object): AdminMessage {
  const { reqId, command, moduleId, body } = message as Readonly<Record<keyof AdminMessage, unknown>>
  return {
    reqId: typeof reqId === 'number' ? reqId : undefined,
    command: nameOf(command),
    moduleId: nameOf(moduleId),
    body,
  }
}

/** What merely reads as a name would be another one when permissions are looked up, and that one when it is called. */
function nameOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  if (value === undefined || value === null) return undefined
  throw new TypeError('a message names something with what is no text')
}

export function encodeAnswer(reqId: number, error: unknown, body: unknown): string {
  const plain = error instanceof Error ? { message: error.message, stack: error.stack } : error
  return JSON.stringify({ respId: reqId, error: plain, body } satisfies AdminAnswer)
}

/** The answer to `register`. */
export const AdminCode = { ok: 1, fail: -1 } as const
