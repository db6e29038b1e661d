import type { AnyFunction } from '../callback.ts'
import { filterFunction } from '../filter-function.ts'
import { getLogger } from '../log.ts'
import { Outcome } from './outcome.ts'

const logger = getLogger('pomelo', 'filter')

type Next = (error?: unknown, response?: unknown, opts?: unknown) => void

/** Takes a request through filters, `(msg, session, next)`, until one calls `next` with an error. */
export async function runBefore(
  filters: readonly unknown[],
  msg: unknown,
  session: unknown,
): Promise<Outcome> {
  for (const filter of filters) {
    const outcome = await step((next) => {
      const run = filterFunction(filter, 'before')
      return run === undefined ? next(invalid('before')) : run(msg, session, next)
    })
    if (outcome.error) return outcome
  }
  return new Outcome()
}

/** What filters see of a request that has been handled. */
export interface Handled {
  readonly msg: unknown
  readonly session: unknown
  readonly response: unknown
}

/** Takes an outcome through filters, `(err, msg, session, resp, next)`, the last first. Returns the error that they leave. */
export async function runAfter(
  filters: readonly unknown[],
  error: unknown,
  { msg, session, response }: Handled,
): Promise<unknown> {
  let current = error
  for (const filter of filters.toReversed()) {
    const outcome = await step((next) => {
      const run = filterFunction(filter, 'after')
      return run === undefined ? next(invalid('after')) : run(current, msg, session, response, next)
    })
    current = outcome.error
  }
  return current
}

/**
 * Gives a failed request to the application's error handler: `(err, msg, resp, session, [opts], cb)`. Without one, the
 * outcome stays as it is.
 */
export async function handleError(
  handler: unknown,
  outcome: Outcome,
  { msg, session }: Omit<Handled, 'response'>,
): Promise<Outcome> {
  if (typeof handler !== 'function') return outcome
  const { error, response, opts } = outcome
  // by its parameters, as the reference tells the two forms apart
  const args = handler.length === 5 ? [error, msg, response, session] : [error, msg, response, session, opts]
  return step((next) => (handler as AnyFunction).call(undefined, ...args, next))
}

/** Runs what calls `next`, once. What throws or rejects before that has failed. */
export function step(run: (next: Next) => unknown): Promise<Outcome> {
  return new Promise((resolve) => {
    const next: Next = (error, response, opts) => resolve(new Outcome(error, response, opts))
    const fail = (error: unknown) => {
      logger.error('a handler or filter threw: %O', error)
      next(error)
    }
    try {
      Promise.resolve(run(next)).catch(fail)
    } catch (error) {
      fail(error)
    }
  })
}

function invalid(kind: string): Error {
  logger.error('a filter without a function %s cannot be one', kind)
  return new Error(`invalid ${kind} filter.`)
}
