import type { Call } from './call.ts'

/** Serves a call: resolves with what the client is answered. */
export type Handle<T = unknown> = (call: Call) => Promise<T>

/**
 * Wraps the handling of a call: code before `next()` runs on the way in, code after it on the way out. It may change
 * the result, or throw a `ServerError` to refuse.
 */
export type Filter<T = unknown> = (call: Call, next: () => Promise<T>) => Promise<T>

/** Returns `handle` inside the filters, the first outermost. */
export function compose<T>(filters: readonly Filter<T>[], handle: Handle<T>): Handle<T> {
  return filters.reduceRight<Handle<T>>(
    (next, filter) => async (call) => filter(call, () => next(call)),
    handle,
  )
}
