import type { RpcServices } from '../rpc/services.ts'
import type { Uplink } from '../uplink.ts'

const namespace = 'admin'

/** Carries what admin modules say between servers and their master. */
export class AdminLink {
  readonly #uplink: Uplink
  readonly #services: RpcServices
  readonly #ownId: string

  constructor(uplink: Uplink, services: RpcServices, ownId: string) {
    this.#uplink = uplink
    this.#services = services
    this.#ownId = ownId
  }

  /** Serves `monitor`, or on the master `master`: the first arguments are those of `send`. */
  serve(service: 'monitor' | 'master', object: object): void {
    this.#services.add(namespace, { name: service, object, isNative: false })
  }

  /**
   * Calls a server. Resolves with what it called back with.
   * @throws {ServerError} it is not there, or does not answer.
   */
  async send(
    serverId: string,
    call: { method: string; args: unknown[] },
    isAwaited: boolean,
  ): Promise<readonly unknown[]> {
    const message = { namespace, service: 'monitor', ...call }
    if (serverId === this.#ownId) return this.#services.run(message, isAwaited)
    return this.#uplink.send(serverId, message, isAwaited)
  }

  /** @throws {ServerError} there is no master. */
  async sendToMaster(
    call: { method: string; args: unknown[] },
    isAwaited: boolean,
  ): Promise<readonly unknown[]> {
    const message = { namespace, service: 'master', ...call }
    const [master] = this.#uplink.native.servers('master')
    if (master === undefined) throw new Error('there is no master')
    if (master.id === this.#ownId) return this.#services.run(message, isAwaited)
    return this.#uplink.send(master.id, message, isAwaited)
  }
}
