import { jsonCodec } from '@shaddock/protocol'
import type { AppDefinition, Application } from './app.ts'
import type { Bus } from './bus/bus.ts'
import { LocalClients } from './clients.ts'
import { openCore } from './core.ts'
import type { Core } from './core.ts'
import { createRpcProxy } from './cluster/proxy.ts'
import { serveRemotes } from './cluster/remotes.ts'
import type { Config, ServerEntry } from './config/config.ts'
import { createDispatcher } from './dispatch/dispatcher.ts'
import type { Dispatch } from './dispatch/dispatcher.ts'
import { loadModules } from './dispatch/loader.ts'
import type { LoadedModules } from './dispatch/loader.ts'
import { SessionOrder } from './dispatch/order.ts'
import { listMethods } from './dispatch/route-table.ts'
import type { Method } from './dispatch/route-table.ts'
import { ServerError, SetupError } from './errors.ts'
import { startFrontend } from './frontend.ts'
import { Lifecycle } from './lifecycle.ts'
import type { Log } from './log.ts'
import { ServerApplication } from './server-application.ts'
import type { ServerInfo } from './server-info.ts'
import { ConnectedSession } from './session/frontend.ts'
import { createSessions } from './system/cluster-sessions.ts'
import { createForward, serveForwarded } from './system/calls.ts'
import { createSessionCalls } from './system/sessions.ts'
import { askStats, serveStats, statsOfProcess } from './system/stats.ts'
import type { ServerStats } from './system/stats.ts'
import { createListener } from './transport/listener.ts'
import { readTls } from './transport/read-tls.ts'
import { loadSocketIo } from './transport/socketio.ts'
import type { Transport } from './transport/transport.ts'

export interface StartOptions {
  readonly definition: AppDefinition
  readonly config: Config
  /** Which server of the application this is. */
  readonly entry: ServerEntry
  /** Not open yet; closed when the server stops. */
  readonly bus: Bus
  readonly log: Log
  /** How clients reach a frontend. @default WebSocket and TCP on the entry's host and port */
  readonly transport?: Transport
  /** Puts another transport around that one, for clients that write their messages otherwise. */
  readonly aroundTransport?: (transport: Transport) => Transport
}

/** A server that has joined its cluster. */
export interface RunningServer {
  readonly info: ServerInfo
  readonly app: Application
  stats(): ServerStats
  /** Resolves once nobody new comes, clients have been sent away, calls in flight have settled and all is closed. */
  stop(): Promise<void>
}

/**
 * Starts one server of an application. Resolves when clients and servers may call it.
 * @throws {SetupError} a folder, module or port is wrong; nothing is left running.
 */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const lifecycle = new Lifecycle({ stepTimeoutMs: options.config.master.stopTimeoutMs / 4 })
  try {
    return await start(options, lifecycle)
  } catch (error) {
    await lifecycle
      .stop()
      .catch((stopError: unknown) => options.log.error({ err: stopError }, 'stopping failed too'))
    throw error
  }
}

async function start(options: StartOptions, lifecycle: Lifecycle): Promise<RunningServer> {
  const { definition, config, entry, log } = options
  const startedAt = Date.now()
  const core = await openCore(options, lifecycle)
  const { rpc, membership, timers } = core
  const app = createApplication(options, core, lifecycle)

  const loaded = definition.loadsFolders
    ? await loadModules(definition.directory, entry.type, app)
    : noModules
  await definition.setup(app)
  for (const plugin of app.plugins) await plugin(app)
  app.started()

  const remotes = joined(loaded.remotes, app.remotes)
  serveRemotes({ rpc, timers, type: entry.type, methods: listMethods(remotes) })
  const handlers = listMethods(joined(loaded.handlers, app.handlers))
  const dispatch = createDispatch(options, core, app, handlers)
  serveForwarded(rpc, dispatch, jsonCodec, createSessionCalls(rpc, config.cluster.callTimeoutMs))
  lifecycle.onStop('calls in flight', () => core.inFlight.idle())
  const connector = entry.frontend
    ? await startFrontend({
        ...options,
        transport: await transportOf(options),
        app,
        core,
        dispatch,
        lifecycle,
      })
    : undefined
  const stats = (): ServerStats => ({
    uptimeMs: Date.now() - startedAt,
    ...statsOfProcess(),
    calls: core.inFlight.count,
    timers: timers.waiting,
    ...(options.bus.traffic && { bus: options.bus.traffic }),
    ...(connector && { connections: connector.connections, backlogBytes: connector.backlogBytes }),
  })
  serveStats(rpc, stats)

  membership.join()
  lifecycle.onStop('leaving', () => leave(core))
  log.debug({ ms: Date.now() - startedAt }, 'started')
  return { info: membership.self, app, stats, stop: () => lifecycle.stop() }
}

const noModules: LoadedModules = { handlers: new Map(), remotes: new Map() }

/** @throws {SetupError} a folder and the setup both bring a module. */
function joined(
  loaded: ReadonlyMap<string, object>,
  added: ReadonlyMap<string, object>,
): Map<string, object> {
  const twice = [...added.keys()].find((name) => loaded.has(name))
  if (twice !== undefined) throw new SetupError(`there are two modules ${twice}`)
  return new Map([...loaded, ...added])
}

function createApplication(
  { definition, config, bus, log }: StartOptions,
  core: Core,
  lifecycle: Lifecycle,
): ServerApplication {
  const { rpc, membership, router, find } = core
  return new ServerApplication({
    ...core,
    directory: definition.directory,
    environment: config.environment,
    log: log.named('app'),
    channels: () => core.channels.use(),
    clients: new LocalClients(jsonCodec, log),
    sessions: createSessions({
      rpc,
      bus,
      codec: jsonCodec,
      servers: () => membership.all(),
      callTimeoutMs: config.cluster.callTimeoutMs,
    }),
    rpc: createRpcProxy({
      servers: (type) => membership.servers(type),
      find,
      pick: (type, key) => router.pick(type, key),
      call: (server, name, payload) =>
        rpc.call(server, name, payload, Date.now() + config.cluster.callTimeoutMs),
    }),
    lifecycle,
  })
}

function createDispatch(
  { config, log }: StartOptions,
  { rpc, membership, router, find, timers, inFlight }: Core,
  app: ServerApplication,
  handlers: ReadonlyMap<string, Method>,
): Dispatch {
  const forward = createForward(rpc)
  return createDispatcher({
    self: membership.self,
    handlers,
    filters: app.filters,
    unordered: app.unorderedRoutes,
    order: new SessionOrder(config.cluster.maxQueuedCalls),
    codec: jsonCodec,
    timers,
    inFlight,
    log: log.named('handlers'),
    pick: (type, { session, server }) => (server === undefined ? router.pick(type, session) : find(server)),
    forward: (server, call) => {
      const { session } = call
      if (session instanceof ConnectedSession) return forward(server, call, session.snapshot)
      // a back end that is sent another type's route has been sent it by mistake
      throw new ServerError('NOT_FOUND', `no handler for ${call.route}`)
    },
  })
}

async function transportOf(options: StartOptions): Promise<Transport> {
  const transport = options.transport ?? (await createOwnTransport(options))
  return options.aroundTransport?.(transport) ?? transport
}

async function createOwnTransport({ entry, config, log }: StartOptions): Promise<Transport> {
  const { ssl, socketio, heartbeatSeconds } = config.connector
  return createListener({
    host: entry.host,
    port: entry.clientPort ?? 0,
    ...(ssl !== undefined && { tls: await readTls(config.directory, ssl) }),
    ...(socketio && { guest: await loadSocketIo(1_000 * (heartbeatSeconds || 25)) }),
    limits: config.connector,
    maxConnections: config.connector.maxConnections,
    firstByteTimeoutMs: config.connector.handshakeTimeoutMs,
    onError: (error) => log.error({ err: error }, 'a client could not be accepted'),
  })
}

/**
 * Resolves when every other server knows that this one leaves: what it answers comes behind all that it sent before.
 * And when those that have its channels now have asked for what the application says of them.
 */
async function leave({ membership, rpc, giveAway }: Core): Promise<void> {
  const others = membership.all().filter((server) => server !== membership.self)
  membership.leave()
  await Promise.allSettled(others.map((server) => askStats(rpc, server, farewellMs)))
  await giveAway.given()
}

/** How long a server that does not answer may hold up another's leaving. */
const farewellMs = 1_000
