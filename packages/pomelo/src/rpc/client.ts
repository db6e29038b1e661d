import { callBack, toError } from '../callback.ts'
import type { App } from '../app.ts'
import type { AnyFunction } from '../callback.ts'
import { getLogger } from '../log.ts'
import { runRpcFilters } from './filters.ts'
import type { RpcCall } from './filters.ts'
import type { RpcMessage } from './message.ts'
import { createRouting } from './routing.ts'
import type { Routing } from './routing.ts'

/** Sends a call to another server. Resolves with what its remote called back with; with nothing when nobody waits. */
export type RpcSend = (
  serverId: string,
  message: RpcMessage,
  isAwaited: boolean,
) => Promise<readonly unknown[]>

const logger = getLogger('pomelo-rpc')

/** Calls other servers' remotes: filters, target, outcome. Every callback is called, once. */
export class RpcClient {
  readonly route: Routing
  readonly #app: App
  readonly #send: RpcSend
  readonly #underWay = new Map<string, number>()

  constructor(app: App, send: RpcSend) {
    this.#app = app
    this.#send = send
    this.route = createRouting(app, (serverId) => this.#underWay.get(serverId) ?? 0)
  }

  /** Calls the server that the application's routing chooses. */
  call(routeParam: unknown, message: RpcMessage, callback: unknown): void {
    this.route(String(message.serverType), routeParam, message, (error, serverId) => {
      if (error === undefined) this.invoke(serverId, message, callback)
      else this.#fail(error, message, callback)
    })
  }

  /** Calls all servers of a type; calls back once, with the first error or nothing. */
  callAll(message: RpcMessage, callback: unknown): void {
    const servers = this.#app.getServersByType(String(message.serverType)) ?? []
    const outcomes = servers.map(
      ({ id }) =>
        new Promise<void>((resolve, reject) => {
          this.invoke(id, message, (error: unknown) => (error ? reject(toError(error)) : resolve()))
        }),
    )
    Promise.all(outcomes).then(
      () => callBack(callback),
      (error: unknown) => callBack(callback, error),
    )
  }

  invoke(serverId: string, message: RpcMessage, callback?: unknown): void {
    const call = { serverId, message, opts: {} }
    runRpcFilters(this.#filters('__rpcBefores__'), 'before', call, (error, filtered) => {
      if (error === undefined) void this.#run(filtered, callback)
      else this.#refuse(error, filtered, callback)
    })
  }

  async #run(call: RpcCall, callback: unknown): Promise<void> {
    let outcome: readonly unknown[]
    try {
      outcome = await this.#sendOrFailOver(call, typeof callback === 'function')
    } catch (error) {
      this.#fail(error, call.message, callback)
      return
    }
    runRpcFilters(this.#filters('__rpcAfters__'), 'after', call, (error) => {
      if (error !== undefined) this.#refuse(error, call, callback)
      else callBack(callback, ...outcome)
    })
  }

  async #sendOrFailOver({ serverId, message }: RpcCall, isAwaited: boolean): Promise<readonly unknown[]> {
    const { failMode } = (this.#app.get('proxyConfig') ?? {}) as { failMode?: unknown }
    const servers =
      failMode === 'failover' ? (this.#app.getServersByType(String(message.serverType)) ?? []) : []
    const others = servers.map(({ id }) => id).filter((id) => id !== serverId)
    for (const id of [serverId, ...others].slice(0, -1)) {
      try {
        return await this.#count(id, message, isAwaited)
      } catch (error) {
        if ((error as { code?: unknown }).code !== 'NO_SERVER') throw error
      }
    }
    return this.#count(others.at(-1) ?? serverId, message, isAwaited)
  }

  async #count(serverId: string, message: RpcMessage, isAwaited: boolean): Promise<readonly unknown[]> {
    const before = this.#underWay.get(serverId) ?? 0
    this.#underWay.set(serverId, before + 1)
    try {
      return await this.#send(serverId, message, isAwaited)
    } finally {
      const now = (this.#underWay.get(serverId) ?? 1) - 1
      if (now === 0) this.#underWay.delete(serverId)
      else this.#underWay.set(serverId, now)
    }
  }

  #filters(key: string): readonly unknown[] {
    return (this.#app.get(key) ?? []) as readonly unknown[]
  }

  #refuse(error: Error, { serverId, message, opts }: RpcCall, callback: unknown): void {
    const handler = this.#app.get('rpcErrorHandler')
    if (typeof handler === 'function')
      (handler as AnyFunction).call(undefined, error, serverId, message, opts)
    else
      logger.error(
        'a filter refused the call of %s.%s on %s: %s',
        message.service,
        message.method,
        serverId,
        error.message,
      )
    callBack(callback, error)
  }

  #fail(error: unknown, { service, method }: RpcMessage, callback: unknown): void {
    if (typeof callback !== 'function')
      logger.warn('%s.%s was not called: %s', service, method, toError(error).message)
    callBack(callback, error)
  }
}
