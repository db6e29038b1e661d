import { getLogger } from '../log.ts'

const logger = getLogger('pomelo', 'timeout')

interface TimedSession {
  __timeout__?: NodeJS.Timeout
}

/** Says which requests take longer than `timeoutMs`, of `maxPending` at a time; it ends none. `pomelo.filters.timeout` */
export function createTimeoutFilter(timeoutMs = 3_000, maxPending = 500) {
  const pending = new Set<NodeJS.Timeout>()
  return {
    before(msg: unknown, session: TimedSession, next: () => void): void {
      if (pending.size > maxPending) {
        logger.warn('%d requests are watched already, at most %d', pending.size, maxPending)
        return next()
      }
      const timer = setTimeout(() => {
        pending.delete(timer)
        logger.error('request %j timeout.', (msg as { __route__?: string }).__route__)
      }, timeoutMs)
      pending.add(timer)
      session.__timeout__ = timer
      next()
    },
    after(
      error: unknown,
      _msg: unknown,
      session: TimedSession,
      _response: unknown,
      next: (error?: unknown) => void,
    ): void {
      const timer = session.__timeout__
      if (timer !== undefined) {
        pending.delete(timer)
        clearTimeout(timer)
      }
      next(error)
    },
  }
}
