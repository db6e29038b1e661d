import type { Reports } from 'shaddock/embed'
import { getLogger } from '../log.ts'

const logger = getLogger('pomelo', 'master')
const crashLogger = getLogger('crash-log')

/** Returns what tells the operator of the master's servers. */
export function createReports(): Reports {
  return {
    ready: ({ id }, tookMs) => logger.info('%s is ready in %d ms', id, Math.round(tookMs)),
    died({ id, type }, why, restartsInMs) {
      crashLogger.info('[%s],[%s],[%d],[%s]', type, id, Date.now(), why)
      logger.error('%s died: %s; it starts again in %d ms', id, why, restartsInMs)
    },
    overdue: ({ id }) => logger.warn('%s takes too long to stop and is killed', id),
  }
}
