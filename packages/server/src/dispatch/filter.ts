import type { Call } from './call.ts'

/** Serves a call: resolves with what the client is answered. */
export type Handle<T = unknown> = (call: Call) => Promise<T>

/**
 * Wraps the handling of a call: code before `next()` runs on the way in, code after it on the way out. It may change
 * the result, throw a `ServerError` to refuse, or hand on another call than it got: `next(call.with({ message }))`.
 */
export type Filter<T = unknown> = (call: Call, next: (other?: Call) => Promise<T>) => Promise<T>

/** Returns `handle` inside the filters, the first outermost. */
export function compose<T>(filters: readonly Filter<T>[], handle: Handle<T>): Handle<T> {
  return filters.reduceRight<Handle<T>>(
    (next, filter) => async (call) => filter(call, (other = call) => next(other)),
    handle,
  )
}
