import type { Steps } from '../app.ts'
import { called } from '../callback.ts'
import { getLogger } from '../log.ts'

const logger = getLogger('transaction-log')
const errorLogger = getLogger('transaction-error-log')

/** Runs the handlers once all conditions hold, and all of them again when one fails, `retry` times in all. Tells the logs alone. */
export function runTransaction(name: string, conditions: Steps, handlers: Steps, retry = 1): void {
  void transact(name, conditions, handlers, Math.max(1, retry))
}

async function transact(name: string, conditions: Steps, handlers: Steps, attempts: number): Promise<void> {
  if (!(await runAll(name, 'condition', conditions))) return
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (!(await runAll(name, 'handler', handlers, attempt))) continue
    logger.info('[%s] all conditions and handlers have succeeded', name)
    return
  }
}

async function runAll(
  name: string,
  type: 'condition' | 'handler',
  steps: Steps,
  retry?: number,
): Promise<boolean> {
  for (const [method, step] of Object.entries(steps)) {
    try {
      await called(step)
      logger.info('[%s]:[%s] %s has succeeded', name, method, type)
    } catch (error) {
      const description = (error as Error).stack
      logger.error('[%s]:[%s] %s has failed: %s', name, method, type, description)
      errorLogger.error(JSON.stringify({ name, method, retry, time: Date.now(), type, description }))
      return false
    }
  }
  return true
}
