import { createHash } from 'node:crypto'
import {
  buildDictionary,
  closeReasons,
  dictionaryText,
  jsonCodec,
  parseProtos,
  protosText,
  RouteDictionary,
} from '@shaddock/protocol'
import type { HandshakeProtos } from '@shaddock/protocol'
import type { AppDefinition, GlobalFilter } from './app.ts'
import type { Bus } from './bus/bus.ts'
import { Groups } from './channel/groups.ts'
import { HandOver } from './channel/hand-over.ts'
import { createOwnerOf } from './channel/owner-of.ts'
import { serveInbox } from './channel/serve-inbox.ts'
import type { Membership } from './cluster/membership.ts'
import type { Rpc } from './cluster/rpc.ts'
import type { Config } from './config/config.ts'
import { createConnector } from './connector/connector.ts'
import type { Connector } from './connector/connector.ts'
import type { Dispatch } from './dispatch/dispatcher.ts'
import { withinDeadline } from './deadline.ts'
import { compose } from './dispatch/filter.ts'
import { listRoutes } from './dispatch/list-routes.ts'
import type { Router } from './dispatch/router.ts'
import { ServerError } from './errors.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Log } from './log.ts'
import type { ServerApplication } from './server-application.ts'
import { MessageFormats } from './session/message-format.ts'
import { SessionRegistry } from './session/registry.ts'
import type { Session } from './session/session.ts'
import { createTellGone } from './system/groups.ts'
import { createTellAdopt, createTellMoved } from './system/hand-over.ts'
import { serveClusterSessions } from './system/cluster-sessions.ts'
import { createClaims } from './system/second-login.ts'
import { serveSessions } from './system/sessions.ts'
import type { TimerWheel } from './timer-wheel.ts'
import type { Transport } from './transport/transport.ts'

export interface FrontendOptions {
  readonly definition: AppDefinition
  readonly app: ServerApplication
  readonly config: Config
  readonly transport: Transport
  readonly bus: Bus
  readonly core: FrontendCore
  readonly dispatch: Dispatch
  readonly lifecycle: Lifecycle
  readonly log: Log
}

/** What it uses of the parts that every server has. */
export interface FrontendCore {
  readonly rpc: Rpc
  readonly membership: Membership
  readonly router: Router<Session>
  readonly timers: TimerWheel
  handOver?: HandOver
}

/** Starts what a frontend has beyond other servers: sessions, groups, and the clients' edge. */
export async function startFrontend(options: FrontendOptions): Promise<Connector> {
  const { app, config, transport, bus, core, dispatch, lifecycle } = options
  const { rpc, membership, router, timers } = core
  const { self } = membership
  const log = options.log.named('connector')
  const formats = new MessageFormats({
    dictionary: config.connector.dictionary ? await createDictionary(options) : undefined,
    protos: config.connector.protobuf ? createProtos(config) : undefined,
  })

  const sessions = new SessionRegistry()
  sessions.onListenerError = (error, session) =>
    log.error({ err: error, session: session.id }, 'a close listener failed')
  serveSessions(rpc, sessions)
  serveClusterSessions(rpc, sessions)
  const { secondLogin } = config.connector
  const { callTimeoutMs } = config.cluster
  if (secondLogin !== 'allow')
    sessions.claims = createClaims({ ...options, ...core, policy: secondLogin, sessions, callTimeoutMs, log })
  const ownerOf = createOwnerOf((type, name) => router.pick(type, name), log)
  const groups = new Groups({
    sessions,
    ownerOf,
    onUnsendable: reportOnce(log),
    tellGone: createTellGone(rpc, self),
    tellAdopt: createTellAdopt(rpc, self),
  })
  app.clients.open({ sessions, groups })
  core.handOver = new HandOver({
    groups,
    ownerOf,
    isThere: (server) => membership.hasSeen({ kind: 'joined', server }),
    tellMoved: createTellMoved(rpc, self),
    timers,
  })
  lifecycle.onStop('inbox', serveInbox(self, bus, groups))

  const connector = createConnector({
    transport,
    self,
    sessions,
    config: config.connector,
    callTimeoutMs,
    formats,
    greet: app.greeting,
    dispatch: filtered(app.globalFilters, dispatch, timers),
    codec: jsonCodec,
    timers,
    log,
  })
  lifecycle.onStop('clients', () => connector.closeConnections(closeReasons.shutdown))
  lifecycle.onStop('listening', () => connector.close())
  await connector.listen()
  return connector
}

/** Puts the global filters around `dispatch`: they too have no longer than the call. */
function filtered(filters: readonly GlobalFilter[], dispatch: Dispatch, timers: TimerWheel): Dispatch {
  if (filters.length === 0) return dispatch
  const handle = compose(filters, dispatch)
  return (call) =>
    withinDeadline(handle(call), {
      deadline: call.deadline,
      timers,
      late: () => new ServerError('TIMEOUT', `${call.route} did not answer in time`),
    })
}

async function createDictionary({ definition, config }: FrontendOptions): Promise<RouteDictionary> {
  const { directory, dictionary } = config
  const types = definition.loadsFolders ? await listRoutes(directory) : []
  const built = buildDictionary(
    types.flatMap((type) => type.handlers),
    dictionary,
  )
  return new RouteDictionary(built, versionOf(dictionaryText(built)))
}

function createProtos({ serverProtos, clientProtos }: Config): HandshakeProtos {
  const server = parseProtos(serverProtos)
  const client = parseProtos(clientProtos)
  const defined = serverProtos !== undefined || clientProtos !== undefined
  return { server, client, version: defined ? versionOf(protosText(client, server)) : '' }
}

/** As Pomelo computes it, whose clients keep what has a version. */
function versionOf(text: string): string {
  return createHash('md5').update(text).digest('base64')
}

/** Returns what logs the first push of each route that does not fit its definition: others would flood the log. */
function reportOnce(log: Log): (route: string, error: unknown) => void {
  const reported = new Set<string>()
  return (route, error) => {
    if (reported.has(route)) return
    reported.add(route)
    log.warn({ err: error, route }, 'a push that does not fit its definition is not sent')
  }
}
