import type { Awaitable, Contract, Rpc as RpcOf } from '@shaddock/protocol'
import type { Channels } from './channel/channels.ts'
import type { Clients } from './clients.ts'
import type { MembershipListener } from './cluster/membership.ts'
import type { Greet } from './connector/client-connection.ts'
import type { Filter } from './dispatch/filter.ts'
import type { Pick, RouteKey } from './dispatch/router.ts'
import type { Log } from './log.ts'
import type { ServerInfo } from './server-info.ts'
import type { Session } from './session/session.ts'
import type { Sessions } from './system/cluster-sessions.ts'

/**
 * One server of an application, as its modules and plugins see it. What configures it (`route`, `filter`, `greet`,
 * `globalFilter`, `handler`, `remote`, `unordered`, `use`) is for the setup function and for plugins; later it throws a `SetupError`.
 */
export interface Application<C extends Contract = AnyContract> {
  /** This server. */
  readonly server: ServerInfo
  /** The game-server folder. */
  readonly directory: string
  /** `development`, `production`, or another that the config has. */
  readonly environment: string
  readonly log: Log
  /** Calls the remotes of other servers: `rpc.<type>.<module>.<method>(key, …arguments)`. */
  readonly rpc: RpcOf<C, RouteKey<Session<C['session']>>>
  readonly channels: Channels<C['pushes']>
  readonly clients: Clients<C['session'], C['pushes']>
  /** The servers of a type that are there now, in the order of their ids; without a type, all of them. */
  servers(type?: keyof C['servers'] & string): readonly ServerInfo[]
  /** Who is connected, whichever frontend it is on. */
  readonly sessions: Sessions<C['pushes']>
  /** Calls `listener` after servers have come or gone. Returns the undo. */
  onServers(listener: MembershipListener): () => void
  /** Gives a server type its own choice of server, in place of hashing by uid. */
  route(type: keyof C['servers'] & string, pick: Pick<Session<C['session']>>): void
  /** Wraps the handlers of this server. The first filter is the outermost. */
  filter(filter: Filter): void
  /** Wraps every call of this frontend's clients, those that it forwards too. What `next` resolves with is the encoded answer. */
  globalFilter(filter: GlobalFilter): void
  /** Serves clients what a folder's handler of that name would: `<type of this server>.<name>.<method>`. */
  handler(name: string, module: object): void
  /** Serves other servers what a folder's remote of that name would. */
  remote(name: string, module: object): void
  /** Lets calls of one session to `route` run side by side. */
  unordered(route: string): void
  /** Decides on the handshakes of this frontend's clients. */
  greet(greet: Greet): void
  /** Adds a plugin. Plugins run in order, after the setup and before clients can connect. */
  use(plugin: Plugin<C>): void
  /** Calls `stop` when the server stops, after what was registered later. */
  onStop(name: string, stop: () => Awaitable<void>): void
}

/** Adds something to a server. What it starts, it stops with `app.onStop`. */
export type Plugin<C extends Contract = AnyContract> = (app: Application<C>) => Awaitable<void>

/** Wraps a call on the frontend: around an answer that stays bytes. */
export type GlobalFilter = Filter<Uint8Array>

/** A contract that promises nothing in particular. */
export interface AnyContract extends Contract {
  servers: Record<string, object>
  pushes: Record<string, unknown>
  session: Record<string, unknown>
}

declare const contract: unique symbol
/** An application, before any server of it has started. */
export interface AppDefinition<C extends Contract = Contract> {
  /** The game-server folder: it holds `app/servers` and `config`. */
  readonly directory: string
  readonly setup: Plugin
  /** Whether the modules in `app/servers/<type>` are loaded. */
  readonly loadsFolders: boolean
  /** For types alone. */
  readonly [contract]?: C
}

export interface DefineOptions {
  /**
   * Whether the modules in `app/servers/<type>` are loaded. Where it is false, the setup brings them all with
   * `app.handler` and `app.remote`: in a program that was bundled to one file, say.
   * @default true
   */
  readonly loadsFolders?: boolean
}

/**
 * Defines an application: `export default defineApp<Chat>(import.meta.dirname, (app) => { … })` in `app.ts`. The setup
 * runs once for each server, in the process of that server.
 */
export function defineApp<C extends Contract = AnyContract>(
  directory: string,
  setup: Plugin<C> = () => undefined,
  { loadsFolders = true }: DefineOptions = {},
): AppDefinition<C> {
  // at run time every application is the same: only the types that its modules see differ
  return { directory, setup: setup as Plugin<never> as Plugin, loadsFolders }
}
