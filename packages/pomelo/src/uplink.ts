import type { Application as NativeApp } from 'shaddock'
import type { App } from './app.ts'
import type { RpcMessage } from './rpc/message.ts'
import type { RpcServices } from './rpc/services.ts'

/** The remote by which servers call one another's services in Pomelo's way. */
const uplinkModule = '__pomelo__'

/** The line from Pomelo's services to the other servers: there once Shaddock's server has been set up. */
export class Uplink {
  readonly #app: App
  readonly #services: RpcServices
  #native: NativeApp | undefined

  constructor(app: App, services: RpcServices) {
    this.#app = app
    this.#services = services
  }

  /** @throws {Error} the application has not started. */
  get native(): NativeApp {
    if (this.#native === undefined) throw new Error('the application has not started')
    return this.#native
  }

  /** Opens the line, and serves calls from others. For the setup. */
  open(native: NativeApp): void {
    this.#native = native
    native.remote(uplinkModule, {
      call: (message: RpcMessage, isAwaited: boolean) => this.#services.run(message, isAwaited),
    })
  }

  /**
   * Resolves with what the remote called back with; with nothing when nobody waits for it.
   * @throws {ServerError} `NO_SERVER`, `TIMEOUT` …
   */
  async send(serverId: string, message: RpcMessage, isAwaited: boolean): Promise<readonly unknown[]> {
    // a remote's name begins with the type of who serves it; of all servers the master alone is not among the known
    const type = this.#app.servers[serverId]?.serverType ?? 'master'
    // `Rpc<AnyContract>` names no remotes
    const rpc = this.native.rpc as unknown as Rpc
    return rpc[type]![uplinkModule]!.call.to(serverId, message, isAwaited)
  }
}

type Rpc = Readonly<Record<string, Readonly<Record<string, { readonly call: UplinkMethod }>>>>

interface UplinkMethod {
  to(serverId: string, message: RpcMessage, isAwaited: boolean): Promise<unknown[]>
}
