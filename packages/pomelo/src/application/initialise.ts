import { EventEmitter } from 'node:events'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { State } from '../app.ts'
import type { App, Lifecycle } from '../app.ts'
import { parseArguments } from '../config/arguments.ts'
import type { StartArguments } from '../config/arguments.ts'
import { expandServers } from '../config/servers.ts'
import type { PomeloServer } from '../config/servers.ts'
import { configureLogging, getLogger } from '../log.ts'

export interface AppOptions {
  /** The application's folder. @default that of the main module */
  readonly base?: string
  /** @default process.argv */
  readonly argv?: readonly string[]
}

const logger = getLogger('pomelo', 'application')

/** Makes an application as new, from its command line and config files. */
export function initialise(app: App, opts: AppOptions): void {
  Object.assign(app, {
    ...{ settings: {}, event: new EventEmitter(), components: {}, loaded: [], lifecycleCbs: {} },
    ...{ servers: {}, serverTypeMaps: {}, serverTypes: [], startTime: null, startId: undefined },
  })
  const args = parseArguments(opts.argv ?? process.argv)
  const base = opts.base || dirname(createRequire(import.meta.url).main?.filename ?? args.main)
  app.set('base', base, true)
  app.set('env', String(args['env'] || process.env['NODE_ENV'] || 'development'), true)
  app.loadConfigBaseApp('master', 'config/master.json')
  app.master = app.get('master') as PomeloServer | undefined
  app.loadConfigBaseApp('servers', 'config/servers.json')
  app.set('__serverMap__', expandServers(app.get('servers')))
  applyArguments(app, args)
  configureLogging(app)
  app.lifecycleCbs = loadLifecycle(app)
  app.state = State.inited
}

function applyArguments(app: App, args: StartArguments): void {
  const serverType = String(args['serverType'] || 'master')
  app.set('main', args.main, true)
  app.set('serverType', serverType, true)
  app.set('serverId', args['id'] || app.master?.id || 'master', true)
  app.set('mode', args['mode'] || 'clusters', true)
  app.set('type', args['type'] || 'all', true)
  if (args['startId']) app.set('startId', args['startId'], true)
  app.set('curServer', serverType === 'master' ? app.master : args, true)
}

function loadLifecycle(app: App): Lifecycle {
  const path = join(app.base, 'app/servers', app.serverType, 'lifecycle.js')
  if (!existsSync(path)) return {}
  const exported = createRequire(path)(path) as Record<string, unknown>
  const isFunction = ([, value]: [string, unknown]) => typeof value === 'function'
  if (!Object.entries(exported).every(isFunction)) logger.warn('%s exports more than functions', path)
  return Object.fromEntries(Object.entries(exported).filter(isFunction))
}
