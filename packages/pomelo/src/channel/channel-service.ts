import type { App } from '../app.ts'
import { callBack } from '../callback.ts'
import type { Callback } from '../callback.ts'
import { getLogger } from '../log.ts'
import type { RpcInvoke } from '../rpc/message.ts'
import type { Uid } from '../session/session.ts'
import { bare, Channel, splitOptions, splitPush } from './channel.ts'
import type { ChannelHome, Member, MemberGroups } from './channel.ts'
import { StoredChannels } from './store.ts'
import type { ChannelStore } from './store.ts'

/** `channelConfig` */
export interface ChannelOptions {
  readonly prefix?: string
  readonly store?: ChannelStore
  /** `(session, encodedMsg, filterParam)` says who hears a broadcast, on the frontend. */
  readonly broadcastFilter?: unknown
}

const logger = getLogger('pomelo', 'channel')

/** The channels of one server, and pushes that need none: `app.get('channelService')`. */
export class ChannelService implements ChannelHome {
  readonly name = '__channel__'
  readonly channels: Record<string, Channel> = bare()
  readonly broadcastFilter: unknown
  readonly #app: App
  readonly #invoke: RpcInvoke
  readonly #stored: StoredChannels | undefined

  constructor(app: App, invoke: RpcInvoke, { prefix, store, broadcastFilter }: ChannelOptions = {}) {
    this.#app = app
    this.#invoke = invoke
    this.broadcastFilter = broadcastFilter
    this.#stored = store && new StoredChannels(store, String(prefix), app.serverId)
  }

  /** Restores what the store has kept. */
  start(callback: Callback): void {
    this.#restore().then(
      () => callBack(callback),
      (error: unknown) => callBack(callback, error),
    )
  }

  createChannel(name: string): Channel {
    return this.getChannel(name, true)!
  }

  getChannel(name: string, create?: unknown): Channel | undefined {
    const known = this.channels[name]
    if (known !== undefined || !create) return known
    this.#stored?.create(name)
    return (this.channels[name] = new Channel(name, this))
  }

  destroyChannel(name: string): void {
    Reflect.deleteProperty(this.channels, name)
    this.#stored?.destroy(name)
  }

  /** `pushMessageByUids([route], message, uids, [opts], [callback])`; uids are `[{ uid, sid }]`. */
  pushMessageByUids(...args: unknown[]): void {
    const { route, message, rest } = splitPush(args)
    const [uids, ...optional] = rest
    const [opts, callback] = splitOptions(optional)
    const members = (uids ?? []) as readonly Member[]
    if (members.length === 0) return callBack(callback, new Error('uids should not be empty'))
    const groups: Record<string, Uid[]> = bare()
    for (const { uid, sid } of members) {
      if (sid) (groups[sid] ??= []).push(uid)
      else logger.warn('%j is passed over: it comes without a sid', uid)
    }
    this.push(route, message, groups, { opts, callback })
  }

  /** `broadcast(frontendType, route, message, [opts], [callback])`: to all sessions, or with `opts.binded` to bound ones. */
  broadcast(frontendType: string, route: string, message: unknown, ...optional: unknown[]): void {
    const [given, callback] = splitOptions(optional)
    const userOptions = (given ?? {}) as Record<string, unknown>
    const { binded, filterParam } = userOptions
    const opts = { type: 'broadcast', userOptions, isBroadcast: true, binded, filterParam }
    const servers = this.#app.getServersByType(frontendType) ?? []
    if (servers.length === 0) return callBack(callback)
    const calls = servers.map(({ id }) => this.#ask(id, 'broadcast', [route, message, opts]))
    void Promise.all(calls).then((outcomes) => {
      const isHeard = outcomes.some(({ error }) => !error)
      callBack(callback, isHeard ? null : new Error('broadcast fails'))
    })
  }

  push(
    route: string,
    message: unknown,
    groups: MemberGroups,
    { opts: given, callback }: { opts: unknown; callback: unknown },
  ): void {
    const opts = { type: 'push', userOptions: given ?? {}, isPush: true }
    const calls = Object.entries(groups).map(([sid, uids]) =>
      this.#ask(sid, 'pushMessage', [route, message, uids, opts]),
    )
    if (calls.length === 0) return callBack(callback)
    void Promise.all(calls).then((outcomes) => {
      const heard = outcomes.filter(({ error }) => !error)
      if (heard.length === 0) callBack(callback, new Error('all uids push message fail'))
      else
        callBack(
          callback,
          null,
          heard.flatMap(({ fails }) => fails ?? []),
        )
    })
  }

  memberAdded({ name }: Channel, { uid, sid }: Member): void {
    this.#stored?.add(name, uid, sid)
  }

  memberLeft({ name }: Channel, { uid, sid }: Member): void {
    this.#stored?.leave(name, uid, sid)
  }

  #ask(
    serverId: string,
    method: string,
    args: unknown[],
  ): Promise<{ error: unknown; fails: Uid[] | undefined }> {
    return new Promise((resolve) => {
      this.#invoke(
        serverId,
        { namespace: 'sys', service: 'channelRemote', method, args },
        (error: unknown, fails: unknown) => {
          if (error) logger.error('%s on %s failed: %s', method, serverId, (error as Error).message)
          resolve({ error, fails: fails as Uid[] | undefined })
        },
      )
    })
  }

  async #restore(): Promise<void> {
    if (this.#stored === undefined) return
    const { channels, members } = await this.#stored.load()
    for (const name of channels) this.channels[name] = new Channel(name, this)
    for (const { channel, uid, sid } of members) this.channels[channel]?.add(uid, sid)
  }
}
