import type { EventEmitter } from 'node:events'
import type { Component, ComponentFactory } from './component.ts'
import type { PomeloServer } from './config/servers.ts'
import type { LoggerFactory } from './logging/logger.ts'

/**
 * Pomelo's application: one for a process. Its modules and plugins read and write its fields, and put their own on it,
 * so nothing here is hidden that was not so in Pomelo.
 */
export interface App {
  /** What `set` has set. */
  settings: Record<string, unknown>
  event: EventEmitter
  /** Those that have a name. */
  components: Record<string, Component>
  loaded: Component[]
  state: State
  startTime: number | null
  lifecycleCbs: Lifecycle

  /** The folder of the main module, unless `createApp` was given another. */
  base: string
  env: string
  main: string
  mode: string
  type: string
  startId: string | undefined
  serverId: string
  serverType: string
  master: PomeloServer | undefined
  /** Of a server, what its command line says; of the master, its entry in master.json. */
  curServer: PomeloServer | undefined

  /** The servers that are there, by id. */
  servers: Record<string, PomeloServer>
  serverTypeMaps: Record<string, PomeloServer[]>
  serverTypes: string[]

  /** Sets a setting, or with one argument returns it. `attach` also makes it a field. */
  set(key: string, value?: unknown, attach?: boolean): unknown
  get(key: string): unknown
  enabled(key: string): boolean
  disabled(key: string): boolean
  enable(key: string): this
  disable(key: string): this
  /** Calls the last argument, if environment and server type are among those before it: `configure('production|development', 'chat', fn)`. */
  configure(...args: [...string[], () => void]): this

  filter(filter: unknown): void
  before(filter: unknown): void
  after(filter: unknown): void
  globalFilter(filter: unknown): void
  globalBefore(filter: unknown): void
  globalAfter(filter: unknown): void
  rpcFilter(filter: unknown): void
  rpcBefore(filter: unknown): void
  rpcAfter(filter: unknown): void
  /** Gives a server type its own choice of server: `(routeParam, msg, app, cb(err, serverId))`. */
  route(serverType: string, route: unknown): this

  /** Loads a component: `load([name], component, [opts])`. Returns undefined if its name is taken. */
  load(...args: LoadArguments): this | undefined
  /** Loads what a plugin's folders hold, with options by the names of its files. */
  use(plugin: PomeloPlugin, opts?: Record<string, unknown>): void
  /** Registers an admin module: `registerAdmin([id], module, [opts])`. */
  registerAdmin(...args: unknown[]): void

  /** Reads a config file below the base into a setting, and again when it changes if `reload` says so. */
  loadConfigBaseApp(key: string, name: string, reload?: boolean): void
  /** Reads a module or JSON file at an absolute path into a setting. */
  loadConfig(key: string, path: string): void
  require(path: string): unknown
  /** Configures another instance of pomelo-logger as this application's own. */
  configureLogger(factory: LoggerFactory): void

  start(callback?: unknown): void
  afterStart(callback?: unknown): void
  stop(force?: boolean): void
  beforeStopHook(hook: unknown): void
  transaction(name: string, conditions: Steps, handlers: Steps, retry?: number): void

  getBase(): string
  getMaster(): PomeloServer | undefined
  getCurServer(): PomeloServer | undefined
  getServerId(): string
  getServerType(): string
  getServers(): Record<string, PomeloServer>
  getServersFromConfig(): Record<string, PomeloServer>
  getServerFromConfig(id: string): PomeloServer | undefined
  getServerTypes(): string[]
  getServerById(id: string): PomeloServer | undefined
  /** The servers of a type that are there, in the order of the config; undefined if there never was one. */
  getServersByType(type: string): PomeloServer[] | undefined
  isFrontend(server?: PomeloServer): boolean
  isBackend(server?: PomeloServer): boolean
  isMaster(): boolean

  addServers(servers: readonly PomeloServer[]): void
  removeServers(ids: readonly string[]): void
  replaceServers(servers: Record<string, PomeloServer>): void
  addCrons(crons: readonly unknown[]): void
  removeCrons(crons: readonly unknown[]): void
}

/** Where an application is in its life. */
export const State = { inited: 1, start: 2, started: 3, stopped: 4 } as const
export type State = (typeof State)[keyof typeof State]

export type LoadArguments =
  | [name: string, component: Component | ComponentFactory, opts?: unknown]
  | [component: Component | ComponentFactory, opts?: unknown]

/** What `app/servers/<type>/lifecycle.js` exports. */
export interface Lifecycle {
  beforeStartup?(app: App, callback: () => void): void
  afterStartup?(app: App, callback: () => void): void
  beforeShutdown?(app: App, shutDown: () => void, cancelShutDownTimer: () => void): void
  afterStartAll?(app: App): void
}

/** A package that adds components, and listeners to an application's events: the paths of the folders that hold them. */
export interface PomeloPlugin {
  readonly components?: string
  /** In place of folders: makes the component. */
  readonly component?: ComponentFactory
  readonly events?: string
}

/** Named functions that are called one after the other, each with a callback. */
export type Steps = Readonly<Record<string, (callback: (error?: unknown) => void) => void>>
