import { State } from '../app.ts'
import type { App } from '../app.ts'
import { callBack } from '../callback.ts'
import { requireConfigFiles } from '../config/required.ts'
import { events } from '../events.ts'
import { getLogger } from '../log.ts'
import { isLauncher, launchChosen } from '../master/launch-chosen.ts'
import { MasterComponent } from '../master/master-component.ts'
import { exit, onSignal, outliveReaders, reportStarted } from '../process/process.ts'
import { refuseAbsent, warnOfUseless } from '../refusals.ts'
import { createServices } from '../services.ts'
import { loadDefaultComponents } from './default-components.ts'
import { joinCluster } from './join-cluster.ts'
import { runComponents } from './run-components.ts'

const logger = getLogger('pomelo', 'application')

/** Starts an application: its components, its server, and in the master's process the other servers. */
export function start(app: App, callback: unknown): void {
  if (app.state !== State.inited) return callBack(callback, new Error('application has already start.'))
  app.state = State.start
  app.startTime = Date.now()
  outliveReaders()
  if (isLauncher(app)) return launch(app, callback)
  onSignal((signal) => {
    // a terminal tells the master too, which ends its servers in their order
    if (signal !== 'SIGTERM' && process.connected) return
    if (app.state !== State.stopped) app.stop(true)
  })
  run(app).then(
    () => finish(app, callback),
    (error: unknown) => fail(app, error, callback),
  )
}

function launch(app: App, callback: unknown): void {
  try {
    launchChosen(app)
    reportStarted()
  } catch (error) {
    fail(app, error, callback)
  }
}

async function run(app: App): Promise<void> {
  refuseAbsent(app)
  warnOfUseless(app)
  const join = app.isMaster() ? loadMaster(app) : loadServer(app)
  const { beforeStartup } = app.lifecycleCbs
  if (beforeStartup !== undefined) await new Promise<void>((resolve) => beforeStartup(app, resolve))
  await runComponents(app.loaded, 'start')
  await join()
  app.state = State.started
}

function loadMaster(app: App): () => Promise<void> {
  requireConfigFiles(app)
  app.load(new MasterComponent(app))
  app.load({ name: '__monitor__' })
  return () => runComponents(app.loaded, 'afterStart')
}

/** Once this has joined, clients and other servers find it. */
function loadServer(app: App): () => Promise<void> {
  const services = createServices(app)
  loadDefaultComponents(app, services)
  return () => joinCluster(app, services, () => runComponents(app.loaded, 'afterStart'))
}

function finish(app: App, callback: unknown): void {
  const { afterStartup } = app.lifecycleCbs
  if (afterStartup === undefined) callBack(callback)
  else afterStartup(app, () => callBack(callback))
  logger.info('%s has started in %d ms', app.serverId, Date.now() - (app.startTime ?? 0))
  app.event.emit(events.START_SERVER, app.serverId)
  if (app.isMaster()) reportStarted()
}

/** An application that does not look at the error would hang about, as nobody's server. */
function fail(app: App, error: unknown, callback: unknown): void {
  logger.error('%s cannot start: %s', app.serverId, error instanceof Error ? error.message : error)
  if (typeof callback === 'function') callBack(callback, error)
  else exit(1)
}

/** Pomelo's `start` called it, and applications never did: here it only refuses. */
export function afterStart(_app: App, callback: unknown): void {
  callBack(callback, new Error('application is not running now.'))
}
