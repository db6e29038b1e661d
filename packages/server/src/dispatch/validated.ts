import type { Awaitable } from '@shaddock/protocol'
import { ServerError } from '../errors.ts'

/** The part of the Standard Schema interface that checks a value; zod, valibot, arktype and others have it. */
export interface Schema<Output> {
  readonly '~standard': {
    readonly validate: (value: unknown) => Awaitable<SchemaResult<Output>>
    readonly types?: { readonly output: Output } | undefined
  }
}

type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: readonly { readonly message: string; readonly path?: readonly unknown[] | undefined }[]
    }

/**
 * Returns a handler that checks what the client sent before `handler` sees it, and gives it what the schema makes of it.
 * The route answers `BAD_MESSAGE` with the schema's first issue when it does not fit.
 */
export function validated<Message, S, R>(
  schema: Schema<Message>,
  handler: (message: Message, session: S) => Awaitable<R>,
): (message: Message, session: S) => Promise<R> {
  return async (message, session) => {
    const result = await schema['~standard'].validate(message)
    if (result.issues !== undefined) throw new ServerError('BAD_MESSAGE', describe(result.issues[0]))
    return await handler(result.value, session)
  }
}

function describe(issue: { message: string; path?: readonly unknown[] | undefined } | undefined): string {
  if (issue === undefined) return 'the message does not fit'
  const path = (issue.path ?? []).map((part) => (isSegment(part) ? String(part.key) : String(part)))
  return path.length === 0 ? issue.message : `${path.join('.')}: ${issue.message}`
}

function isSegment(part: unknown): part is { key: PropertyKey } {
  return typeof part === 'object' && part !== null && 'key' in part
}
