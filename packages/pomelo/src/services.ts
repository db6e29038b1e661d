import type { Call } from 'shaddock'
import { MonitorConsole } from './admin/monitor-console.ts'
import type { App } from './app.ts'
import { ChannelService } from './channel/channel-service.ts'
import type { ChannelOptions } from './channel/channel-service.ts'
import { GlobalPipeline } from './dispatch/global-pipeline.ts'
import { Pipeline } from './dispatch/pipeline.ts'
import { Request } from './dispatch/request.ts'
import { ConnectionService } from './frontend/connection-service.ts'
import { uidKey } from './frontend/socket.ts'
import { RpcClient } from './rpc/client.ts'
import type { RpcInvoke } from './rpc/message.ts'
import { createProxies } from './rpc/proxies.ts'
import { RpcServices } from './rpc/services.ts'
import { BackendSessionService } from './session/backend-session-service.ts'
import type { Uid } from './session/session.ts'
import { SessionService } from './session/session-service.ts'
import { Uplink } from './uplink.ts'

/** What a server of an application is made of. */
export interface Services {
  readonly remotes: RpcServices
  readonly uplink: Uplink
  readonly rpc: RpcClient
  readonly backendSessions: BackendSessionService
  readonly channels: ChannelService
  readonly monitor: MonitorConsole
  readonly pipeline: Pipeline
  readonly frontend: FrontendServices | undefined
}

/** What a frontend has beyond other servers. */
export interface FrontendServices {
  readonly sessions: SessionService
  readonly connections: ConnectionService
  readonly pipeline: GlobalPipeline
}

const made = new WeakMap<App, Services>()

/** @throws {Error} the application has not started, or is the master. */
export function servicesOf(app: App): Services {
  const services = made.get(app)
  if (services === undefined) throw new Error('the application has not started, or it is the master')
  return services
}

/** Makes the services of a server, and puts those that applications use on it. */
export function createServices(app: App): Services {
  const remotes = new RpcServices()
  const uplink = new Uplink(app, remotes)
  const rpc = new RpcClient(app, (serverId, message, isAwaited) => uplink.send(serverId, message, isAwaited))
  // what a server pushes to its own clients takes no detour
  const invoke: RpcInvoke = (serverId, message, callback) => {
    if (serverId === app.serverId) remotes.call(message, callback)
    else rpc.invoke(serverId, message, callback)
  }
  const backendSessions = new BackendSessionService(invoke)
  const channels = new ChannelService(app, invoke, app.get('channelConfig') as ChannelOptions | undefined)
  const sessions = app.isFrontend()
    ? new SessionService(app.serverId, app.get('sessionConfig') as { singleSession?: boolean } | undefined)
    : undefined
  const requestOf = requestsOf(sessions, backendSessions)
  app.set('backendSessionService', backendSessions, true)
  app.set('localSessionService', backendSessions, true)
  app.set('channelService', channels, true)
  if (sessions !== undefined) app.set('sessionService', sessions, true)
  const services: Services = {
    ...{ remotes, uplink, rpc, backendSessions, channels },
    monitor: new MonitorConsole(app, uplink, remotes),
    pipeline: new Pipeline(app, requestOf),
    frontend: sessions && {
      sessions,
      connections: new ConnectionService(app.serverId),
      pipeline: new GlobalPipeline({ app, rpc, sessions, requestOf }),
    },
  }
  made.set(app, services)
  return services
}

/** Lets the application call others: from now on it has `rpc`. */
export function attachRpc(app: App, rpc: RpcClient): void {
  const attached = {
    rpc: createProxies(app, rpc, 'user'),
    sysrpc: createProxies(app, rpc, 'sys'),
  }
  for (const [key, value] of Object.entries(attached)) {
    Object.defineProperty(app, key, { get: () => value, configurable: true, enumerable: true })
  }
  app.set('rpcInvoke', rpc.invoke.bind(rpc), true)
}

/** Returns what finds the request that a call is. On a frontend all its filters share one. */
function requestsOf(
  sessions: SessionService | undefined,
  backendSessions: BackendSessionService,
): (call: Call) => Request {
  const requests = new WeakMap<Call, Request>()
  return (call) => {
    const known = requests.get(call)
    if (known !== undefined) return known
    const here = sessions?.get(call.session.id)
    const isHere = here !== undefined && here.frontendId === call.session.frontendId
    const request = new Request(
      call,
      isHere ? here.toFrontendSession() : backendSessions.create(exportOf(call)),
    )
    requests.set(call, request)
    return request
  }
}

function exportOf({ session: { id, frontendId, uid, state } }: Call) {
  const { [uidKey]: odd, ...settings } = state
  return { id, frontendId, uid: (odd as Uid | undefined) ?? uid, settings }
}
