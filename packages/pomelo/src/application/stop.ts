import { State } from '../app.ts'
import type { App } from '../app.ts'
import type { AnyFunction } from '../callback.ts'
import { getLogger } from '../log.ts'
import { exit } from '../process/process.ts'
import { stopComponents } from './run-components.ts'
import { runningOf } from './running.ts'

const logger = getLogger('pomelo', 'application')

/** How long stopping may take before the process ends, unless the application calls that off. */
const stopMs = 3_000
/** The master waits for its servers. */
const masterStopMs = 10_000

/** Stops an application: what lifecycle.js wants first, its components, its server; with `force` the process ends. */
export function stop(app: App, force: boolean): void {
  if (app.state === State.stopped) return logger.warn('%s is not running now', app.serverId)
  app.state = State.stopped
  const timer = setTimeout(() => exit(0), app.isMaster() ? masterStopMs : stopMs)
  const cancelTimer = () => clearTimeout(timer)
  const shutDown = () => {
    void shut(app, force).then(() => {
      cancelTimer()
      if (force) exit(0)
    })
  }
  const { beforeShutdown } = app.lifecycleCbs
  const hook = app.get('__beforeStopHook__')
  if (beforeShutdown !== undefined) beforeShutdown(app, shutDown, cancelTimer)
  else if (typeof hook === 'function') (hook as AnyFunction).call(undefined, app, shutDown, cancelTimer)
  else shutDown()
}

async function shut(app: App, force: boolean): Promise<void> {
  await stopComponents(app.loaded, force)
  try {
    await runningOf(app)?.stop()
  } catch (error) {
    logger.warn('%s did not stop cleanly: %s', app.serverId, error)
  }
}
