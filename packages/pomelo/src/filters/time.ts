import { getLogger } from '../log.ts'
import { shortTime } from '../short-time.ts'

const logger = getLogger('con-log')

interface TimedSession {
  __startTime__?: number
}

/** Logs each request and how long it took. `pomelo.filters.time` */
export function createTimeFilter() {
  return {
    before(_msg: unknown, session: TimedSession, next: () => void): void {
      session.__startTime__ = Date.now()
      next()
    },
    after(
      error: unknown,
      msg: unknown,
      session: TimedSession,
      _response: unknown,
      next: (error?: unknown) => void,
    ): void {
      const startedAt = session.__startTime__
      if (startedAt !== undefined) {
        const { __route__: route } = msg as { __route__?: string }
        const timeUsed = Date.now() - startedAt
        logger.info(JSON.stringify({ route, args: msg, time: shortTime(new Date(startedAt)), timeUsed }))
      }
      next(error)
    },
  }
}
