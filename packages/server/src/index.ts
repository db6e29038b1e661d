export type { AnyContract, AppDefinition, Application, DefineOptions, GlobalFilter, Plugin } from './app.ts'
export { defineApp } from './app.ts'
export type { Channel, LeaveCause } from './channel/channel.ts'
export type { Channels, UserAddress } from './channel/channels.ts'
export type { Leave, LeaveListener } from './channel/listeners.ts'
export type { BindListener, Clients } from './clients.ts'
export type { Config, ServerEntry } from './config/config.ts'
export type { Greet } from './connector/client-connection.ts'
export type { ClientAddress } from './dispatch/client-addresses.ts'
export { clientAddresses } from './dispatch/client-addresses.ts'
export type { Call, CallChange } from './dispatch/call.ts'
export type { Filter } from './dispatch/filter.ts'
export type { Keyed, Pick, RouteKey } from './dispatch/router.ts'
export { rendezvous } from './dispatch/router.ts'
export type { Schema } from './dispatch/validated.ts'
export { validated } from './dispatch/validated.ts'
export type { Code } from './errors.ts'
export { codes, ServerError } from './errors.ts'
export type { Log } from './log.ts'
export type { ServerInfo } from './server-info.ts'
export type { FrontendSession, Session } from './session/session.ts'
export type {
  AskOptions,
  Count,
  Found,
  Kicked,
  Online,
  SessionPlace,
  Sessions,
} from './system/cluster-sessions.ts'
export type { CloseReason, Contract, HandshakeRequest } from '@shaddock/protocol'
export type { MembershipListener } from './cluster/membership.ts'
