import { toError } from '../callback.ts'
import { filterFunction } from '../filter-function.ts'
import { getLogger } from '../log.ts'
import type { RpcMessage } from './message.ts'

const logger = getLogger('pomelo-rpc')

/** A call on its way through the filters, which may send it elsewhere. */
export interface RpcCall {
  readonly serverId: string
  readonly message: RpcMessage
  readonly opts: Record<string, unknown>
}

/**
 * Takes a call through the filters of one kind, each of which calls `next`: with nothing to go on, with an error to end
 * it, or with another target, message and options. `done` is called back once.
 */
export function runRpcFilters(
  filters: readonly unknown[],
  kind: 'before' | 'after',
  call: RpcCall,
  done: (error: Error | undefined, call: RpcCall) => void,
): void {
  const [filter, ...rest] = filters
  if (filter === undefined) return done(undefined, call)
  const { serverId, message, opts } = call
  const state = { isNext: false }
  const next = (...args: unknown[]) => {
    if (state.isNext) return
    state.isNext = true
    const [target, otherMessage, otherOpts] = args
    if (target instanceof Error) return done(target, call)
    runRpcFilters(
      rest,
      kind,
      {
        serverId: typeof target === 'string' ? target : serverId,
        message: (otherMessage ?? message) as RpcMessage,
        opts: (otherOpts ?? opts) as Record<string, unknown>,
      },
      done,
    )
  }
  const run = filterFunction(filter, kind)
  if (run === undefined) return next()
  try {
    Promise.resolve(run(serverId, message, opts, next)).catch((error: unknown) => {
      if (state.isNext) logger.error('a filter failed after it had gone on: %O', error)
      else next(toError(error))
    })
  } catch (error) {
    // what threw after the filter had gone on is not the filter
    if (state.isNext) throw error
    next(toError(error))
  }
}
