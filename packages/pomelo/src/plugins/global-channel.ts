import type { App } from '../app.ts'
import { callBack, toError } from '../callback.ts'
import type { Callback } from '../callback.ts'
import type { Component } from '../component.ts'
import type { ConnectorComponent } from '../frontend/connector.ts'
import type { BroadcastOptions, PushOptions } from '../push/scheduler.ts'
import type { RpcMessage } from '../rpc/message.ts'
import { servicesOf } from '../services.ts'
import type { Uid } from '../session/session.ts'

const service = 'globalChannelRemote'

/**
 * `app.get('globalChannelService')` of pomelo-globalchannel-plugin: channels that any server adds to and pushes to. Each
 * frontend keeps the members that are said to be connected to it, until they leave.
 */
export class GlobalChannelService implements Component {
  readonly name = '__globalChannel__'
  readonly #app: App

  constructor(app: App) {
    this.#app = app
    app.set('globalChannelService', this, true)
  }

  start(callback: Callback): void {
    if (this.#app.isFrontend())
      servicesOf(this.#app).remotes.add('sys', {
        name: service,
        object: createRemote(this.#app),
        isNative: false,
      })
    callBack(callback)
  }

  add(name: string, uid: Uid, sid: string, callback?: unknown): void {
    this.#invoke(sid, 'add', [name, uid], callback)
  }

  leave(name: string, uid: Uid, sid: string, callback?: unknown): void {
    this.#invoke(sid, 'leave', [name, uid], callback)
  }

  getMembersBySid(name: string, sid: string, callback?: unknown): void {
    this.#invoke(sid, 'members', [name], callback)
  }

  /** Calls back with the members on all frontends of a type. */
  getMembersByChannelName(frontendType: string, name: string, callback?: unknown): void {
    this.#askAll(frontendType, 'members', [name], callback)
  }

  /** `pushMessage(frontendType, route, message, name, [opts], [callback])`; calls back with the uids that were not reached. */
  pushMessage(
    frontendType: string,
    route: string,
    message: unknown,
    name: string,
    ...optional: unknown[]
  ): void {
    const [opts, callback] = typeof optional[0] === 'function' ? [{}, optional[0]] : optional
    this.#askAll(frontendType, 'push', [route, message, name, opts], callback)
  }

  /** Forgets a channel on all frontends. */
  destroyChannel(name: string, callback?: unknown): void {
    const frontends = Object.values(this.#app.servers).filter((server) => this.#app.isFrontend(server))
    this.#ask(
      frontends.map(({ id }) => id),
      'destroy',
      [name],
    ).then(
      () => callBack(callback, null),
      (error: unknown) => callBack(callback, error),
    )
  }

  #askAll(frontendType: string, method: string, args: unknown[], callback: unknown): void {
    const frontends = this.#app.getServersByType(frontendType) ?? []
    this.#ask(
      frontends.map(({ id }) => id),
      method,
      args,
    ).then(
      (answers) => callBack(callback, null, [...new Set(answers.flat())]),
      (error: unknown) => callBack(callback, error),
    )
  }

  #ask(serverIds: readonly string[], method: string, args: unknown[]): Promise<unknown[]> {
    return Promise.all(
      serverIds.map(
        (id) =>
          new Promise((resolve, reject) => {
            this.#invoke(id, method, args, (error: unknown, answer: unknown) =>
              error ? reject(toError(error)) : resolve(answer ?? []),
            )
          }),
      ),
    )
  }

  #invoke(serverId: string, method: string, args: unknown[], callback: unknown): void {
    const message: RpcMessage = { namespace: 'sys', service, method, args }
    const { remotes, rpc } = servicesOf(this.#app)
    if (serverId === this.#app.serverId) remotes.call(message, callback)
    else rpc.invoke(serverId, message, callback)
  }
}

/** What a frontend keeps of such channels. */
function createRemote(app: App): object {
  const channels = new Map<string, Set<Uid>>()
  return {
    add(name: string, uid: Uid, callback: unknown) {
      const members = channels.get(name) ?? new Set()
      channels.set(name, members.add(uid))
      callBack(callback, null)
    },
    leave(name: string, uid: Uid, callback: unknown) {
      const members = channels.get(name)
      members?.delete(uid)
      if (members?.size === 0) channels.delete(name)
      callBack(callback, null)
    },
    members(name: string, callback: unknown) {
      callBack(callback, null, [...(channels.get(name) ?? [])])
    },
    destroy(name: string, callback: unknown) {
      channels.delete(name)
      callBack(callback, null)
    },
    push(route: string, message: unknown, name: string, opts: unknown, callback: unknown) {
      const { __connector__: connector } = app.components as { __connector__?: ConnectorComponent }
      const uids = [...(channels.get(name) ?? [])]
      if (connector === undefined || uids.length === 0) return callBack(callback, null, [])
      const push: PushOptions = { type: 'push', userOptions: (opts ?? {}) as BroadcastOptions, isPush: true }
      connector.pushToUids(route, message, uids, push, callback)
    },
  }
}
