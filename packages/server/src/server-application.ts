import type { Awaitable, Rpc as RpcOf } from '@shaddock/protocol'
import type { AnyContract, Application, GlobalFilter, Plugin } from './app.ts'
import type { Channels } from './channel/channels.ts'
import type { LocalClients } from './clients.ts'
import type { Membership, MembershipListener } from './cluster/membership.ts'
import type { Greet } from './connector/client-connection.ts'
import type { Filter } from './dispatch/filter.ts'
import type { Pick, RouteKey, Router } from './dispatch/router.ts'
import { SetupError } from './errors.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Log } from './log.ts'
import type { ServerInfo } from './server-info.ts'
import type { Session } from './session/session.ts'
import type { Sessions } from './system/cluster-sessions.ts'

export interface ApplicationParts {
  readonly directory: string
  readonly environment: string
  readonly log: Log
  readonly rpc: RpcOf<AnyContract, RouteKey<Session>>
  /** Called each time the application asks for them. */
  readonly channels: () => Channels
  readonly clients: LocalClients
  readonly sessions: Sessions
  readonly membership: Membership
  readonly router: Router<Session>
  readonly lifecycle: Lifecycle
}

/** What modules and plugins see of a running server, and what its setup has gathered for the start. */
export class ServerApplication implements Application {
  readonly directory: string
  readonly environment: string
  readonly log: Log
  readonly rpc: ApplicationParts['rpc']
  readonly clients: LocalClients
  readonly sessions: Sessions
  readonly filters: Filter[] = []
  readonly globalFilters: GlobalFilter[] = []
  readonly handlers = new Map<string, object>()
  readonly remotes = new Map<string, object>()
  readonly unorderedRoutes = new Set<string>()
  readonly plugins: Plugin[] = []
  greeting: Greet | undefined
  readonly #channels: () => Channels
  readonly #membership: Membership
  readonly #router: Router<Session>
  readonly #lifecycle: Lifecycle
  #started = false

  constructor(parts: ApplicationParts) {
    this.directory = parts.directory
    this.environment = parts.environment
    this.log = parts.log
    this.rpc = parts.rpc
    this.#channels = parts.channels
    this.clients = parts.clients
    this.sessions = parts.sessions
    this.#membership = parts.membership
    this.#router = parts.router
    this.#lifecycle = parts.lifecycle
  }

  get server(): ServerInfo {
    return this.#membership.self
  }

  get channels(): Channels {
    return this.#channels()
  }

  servers(type?: string): readonly ServerInfo[] {
    return type === undefined ? this.#membership.all() : this.#membership.servers(type)
  }

  onServers(listener: MembershipListener): () => void {
    return this.#membership.onChange(listener)
  }

  route(type: string, pick: Pick<Session>): void {
    this.#mustBeStarting('route')
    this.#router.route(type, pick)
  }

  filter(filter: Filter): void {
    this.#mustBeStarting('filter')
    this.filters.push(filter)
  }

  globalFilter(filter: GlobalFilter): void {
    this.#mustBeStarting('globalFilter')
    this.globalFilters.push(filter)
  }

  handler(name: string, module: object): void {
    this.#mustBeStarting('handler')
    addModule(this.handlers, name, module)
  }

  remote(name: string, module: object): void {
    this.#mustBeStarting('remote')
    addModule(this.remotes, name, module)
  }

  unordered(route: string): void {
    this.#mustBeStarting('unordered')
    this.unorderedRoutes.add(route)
  }

  greet(greet: Greet): void {
    this.#mustBeStarting('greet')
    this.greeting = greet
  }

  use(plugin: Plugin): void {
    this.#mustBeStarting('use')
    this.plugins.push(plugin)
  }

  onStop(name: string, stop: () => Awaitable<void>): void {
    this.#lifecycle.onStop(name, stop)
  }

  /** The setup is over: what configures the server comes too late from now on. */
  started(): void {
    this.#started = true
  }

  #mustBeStarting(method: string): void {
    if (this.#started)
      throw new SetupError(`app.${method} belongs in the setup: ${this.server.id} has started`)
  }
}

function addModule(modules: Map<string, object>, name: string, module: object): void {
  if (name === '' || name.includes('.'))
    throw new SetupError(`${JSON.stringify(name)} is no name of a module`)
  if (modules.has(name)) throw new SetupError(`there are two modules ${name}`)
  modules.set(name, module)
}
