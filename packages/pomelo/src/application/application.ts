import { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { readConfigFile, requireConfig } from '../config/config-file.ts'
import { watchFile } from '../config/watch-file.ts'
import { isFrontend } from '../config/servers.ts'
import type { PomeloServer } from '../config/servers.ts'
import { events } from '../events.ts'
import { configureFactory, getLogger } from '../log.ts'
import type { LoggerFactory } from '../logging/logger.ts'
import { State } from '../app.ts'
import type { App, Lifecycle, LoadArguments, PomeloPlugin, Steps } from '../app.ts'
import type { Component, ComponentFactory } from '../component.ts'
import { initialise } from './initialise.ts'
import type { AppOptions } from './initialise.ts'
import { usePlugin } from './plugin.ts'
import { addToMaps, removeFromMaps } from './server-maps.ts'
import { afterStart, start } from './start.ts'
import { stop } from './stop.ts'
import { runTransaction } from './transaction.ts'

const logger = getLogger('pomelo', 'application')

/** How soon a config file that has been saved counts. */
const reloadedMs = 500

/** The application of a process. It is made as new each time that `createApp` is called. */
export class Application implements App {
  settings: Record<string, unknown> = {}
  event = new EventEmitter()
  components: Record<string, Component> = {}
  loaded: Component[] = []
  state: State = State.inited
  startTime: number | null = null
  lifecycleCbs: Lifecycle = {}

  base = ''
  env = ''
  main = ''
  mode = ''
  type = ''
  startId: string | undefined
  serverId = ''
  serverType = ''
  master: PomeloServer | undefined
  curServer: PomeloServer | undefined

  servers: Record<string, PomeloServer> = {}
  serverTypeMaps: Record<string, PomeloServer[]> = {}
  serverTypes: string[] = []

  /** Makes it as new, from the command line and the config files. */
  init(opts: AppOptions = {}): void {
    initialise(this, opts)
  }

  set(key: string, ...rest: [value?: unknown, attach?: boolean]): unknown {
    if (rest.length === 0) return this.settings[key]
    const [value, attach] = rest
    this.settings[key] = value
    if (attach) Reflect.set(this, key, value)
    return this
  }

  get(key: string): unknown {
    return this.settings[key]
  }

  enabled(key: string): boolean {
    return !!this.settings[key]
  }

  disabled(key: string): boolean {
    return !this.settings[key]
  }

  enable(key: string): this {
    this.settings[key] = true
    return this
  }

  disable(key: string): this {
    this.settings[key] = false
    return this
  }

  configure(...args: [...string[], () => void]): this {
    const run = args.at(-1) as () => void
    const [env = 'all', type = 'all'] = args.slice(0, -1) as string[]
    if (isAmong(this.env, env) && isAmong(this.serverType, type)) run.call(this)
    return this
  }

  filter(filter: unknown): void {
    this.before(filter)
    this.after(filter)
  }

  before(filter: unknown): void {
    this.#push('__befores__', filter)
  }

  after(filter: unknown): void {
    this.#push('__afters__', filter)
  }

  globalFilter(filter: unknown): void {
    this.globalBefore(filter)
    this.globalAfter(filter)
  }

  globalBefore(filter: unknown): void {
    this.#push('__globalBefores__', filter)
  }

  globalAfter(filter: unknown): void {
    this.#push('__globalAfters__', filter)
  }

  rpcFilter(filter: unknown): void {
    this.rpcBefore(filter)
    this.rpcAfter(filter)
  }

  rpcBefore(filter: unknown): void {
    this.#push('__rpcBefores__', filter)
  }

  rpcAfter(filter: unknown): void {
    this.#push('__rpcAfters__', filter)
  }

  load(...args: LoadArguments): this | undefined {
    const [given, source, opts] =
      typeof args[0] === 'string' ? (args as Named) : ([undefined, ...args] as Unnamed)
    // the name of a named factory counts, too
    const early = given ?? textOf(source.name)
    const component = typeof source === 'function' ? source(this, opts) : source
    const name = early ?? textOf(component.name)
    if (name !== undefined && this.components[name] !== undefined) {
      logger.warn('there is a component %j already', name)
      return undefined
    }
    this.loaded.push(component)
    if (name !== undefined) this.components[name] = component
    return this
  }

  loadConfigBaseApp(key: string, name: string, reload = false): void {
    const file = readConfigFile(this.base, this.env, name)
    if (file === undefined) {
      logger.error('there is no config file %s, or config/%s', name, this.env)
      return
    }
    this.set(key, file.value)
    if (!reload) return
    watchFile(file.path, reloadedMs, () => this.loadConfigBaseApp(key, name))
  }

  loadConfig(key: string, path: string): void {
    this.set(key, requireConfig(path, this.env))
  }

  route(serverType: string, route: unknown): this {
    const routes = (this.settings['__routes__'] ??= {}) as Record<string, unknown>
    routes[serverType] = route
    return this
  }

  beforeStopHook(hook: unknown): void {
    logger.warn('beforeStopHook is deprecated: export beforeShutdown from lifecycle.js')
    if (typeof hook === 'function') this.set('__beforeStopHook__', hook)
  }

  start(callback?: unknown): void {
    start(this, callback)
  }

  afterStart(callback?: unknown): void {
    afterStart(this, callback)
  }

  stop(force?: boolean): void {
    stop(this, force === true)
  }

  registerAdmin(...args: unknown[]): void {
    const [id, module, opts] =
      typeof args[0] === 'string'
        ? args
        : [(args[0] as { moduleId?: unknown } | undefined)?.moduleId, ...args]
    if (typeof id !== 'string' || id === '') return
    const modules = (this.settings['__modules__'] ??= {}) as Record<string, unknown>
    modules[id] = { moduleId: id, module, opts }
  }

  use(plugin: PomeloPlugin, opts: Record<string, unknown> = {}): void {
    usePlugin(this, plugin, opts)
  }

  transaction(name: string, conditions: Steps, handlers: Steps, retry?: number): void {
    runTransaction(name, conditions, handlers, retry)
  }

  getBase(): string {
    return this.base
  }

  require(path: string): unknown {
    return createRequire(join(this.base, 'app.js'))(join(this.base, path))
  }

  configureLogger(factory: LoggerFactory): void {
    configureFactory(factory, this)
  }

  getMaster(): PomeloServer | undefined {
    return this.master
  }

  getCurServer(): PomeloServer | undefined {
    return this.curServer
  }

  getServerId(): string {
    return this.serverId
  }

  getServerType(): string {
    return this.serverType
  }

  getServers(): Record<string, PomeloServer> {
    return this.servers
  }

  getServersFromConfig(): Record<string, PomeloServer> {
    return this.settings['__serverMap__'] as Record<string, PomeloServer>
  }

  getServerFromConfig(id: string): PomeloServer | undefined {
    return this.getServersFromConfig()[id]
  }

  getServerTypes(): string[] {
    return this.serverTypes
  }

  getServerById(id: string): PomeloServer | undefined {
    return Object.hasOwn(this.servers, id) ? this.servers[id] : undefined
  }

  getServersByType(type: string): PomeloServer[] | undefined {
    return Object.hasOwn(this.serverTypeMaps, type) ? this.serverTypeMaps[type] : undefined
  }

  isFrontend(server = this.curServer): boolean {
    return server !== undefined && isFrontend(server)
  }

  isBackend(server = this.curServer): boolean {
    return server !== undefined && !isFrontend(server)
  }

  isMaster(): boolean {
    return this.serverType === 'master'
  }

  addServers(servers: readonly PomeloServer[]): void {
    if (servers.length === 0) return
    addToMaps(this, servers)
    this.event.emit(events.ADD_SERVERS, servers)
  }

  removeServers(ids: readonly string[]): void {
    if (ids.length === 0) return
    removeFromMaps(this, ids)
    this.event.emit(events.REMOVE_SERVERS, ids)
  }

  replaceServers(servers: Record<string, PomeloServer>): void {
    Object.assign(this, { servers: {}, serverTypeMaps: {}, serverTypes: [] })
    addToMaps(this, Object.values(servers))
    this.event.emit(events.REPLACE_SERVERS, Object.values(servers))
  }

  addCrons(crons: readonly unknown[]): void {
    this.event.emit(events.ADD_CRONS, crons)
  }

  removeCrons(crons: readonly unknown[]): void {
    this.event.emit(events.REMOVE_CRONS, crons)
  }

  #push(key: string, filter: unknown): void {
    const filters = (this.settings[key] ??= []) as unknown[]
    filters.push(filter)
  }
}

type Source = Component | ComponentFactory
type Named = [name: string, source: Source, opts?: unknown]
type Unnamed = [name: undefined, source: Source, opts?: unknown]

function isAmong(name: string, list: string): boolean {
  return list === 'all' || list.split('|').includes(name)
}

/** What is no text, or an empty one, is no name. */
function textOf(name: unknown): string | undefined {
  return typeof name === 'string' && name !== '' ? name : undefined
}
