import { monitorEventLoopDelay } from 'node:perf_hooks'
import { getLogger } from '../log.ts'

const logger = getLogger('con-log')
const rpcLogger = getLogger('rpc-log')

const resolutionMs = 10

/** Returns whether the event loop was late by more than `maxLagMs`, on average since it was asked about a second ago. */
function createLagCheck(maxLagMs: number): () => boolean {
  let histogram: ReturnType<typeof monitorEventLoopDelay> | undefined
  let lagMs = 0
  let measuredAt = 0
  return () => {
    const now = performance.now()
    if (histogram === undefined) {
      histogram = monitorEventLoopDelay({ resolution: resolutionMs })
      histogram.enable()
      measuredAt = now
    } else if (now - measuredAt > 500) {
      // in nanoseconds, and with the pause between two looks
      lagMs = histogram.count === 0 ? 0 : histogram.mean / 1e6 - resolutionMs
      histogram.reset()
      measuredAt = now
    }
    return lagMs > maxLagMs
  }
}

/** Refuses requests while the process is too busy to keep up. `pomelo.filters.toobusy` */
export function createTooBusyFilter(maxLagMs = 70) {
  const isTooBusy = createLagCheck(maxLagMs)
  return {
    before(msg: unknown, _session: unknown, next: (error?: unknown) => void): void {
      if (!isTooBusy()) return next()
      logger.warn('[toobusy] reject request msg: %j', msg)
      next(Object.assign(new Error('Server toobusy!'), { code: 500 }))
    },
  }
}

/** The same for calls to other servers. `pomelo.rpcFilters.toobusy` */
export function createTooBusyRpcFilter(maxLagMs = 70) {
  const isTooBusy = createLagCheck(maxLagMs)
  return {
    name: 'toobusy',
    before(serverId: string, msg: unknown, _opts: unknown, next: (error?: unknown) => void): void {
      if (!isTooBusy()) return next()
      rpcLogger.warn('too busy to call %s: %j', serverId, msg)
      next(Object.assign(new Error(`Backend server ${serverId} is too busy now!`), { code: 500 }))
    },
  }
}
