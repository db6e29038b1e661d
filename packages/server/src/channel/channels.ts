import type { Codec } from '@shaddock/protocol'
import type { Bus } from '../bus/bus.ts'
import { addressOf, frontsSubject, frontSubject } from '../bus/subjects.ts'
import { within } from '../deadline.ts'
import type { Log } from '../log.ts'
import type { ServerAddress, ServerInfo } from '../server-info.ts'
import type { Adoption, HandedChannel } from './adoption.ts'
import { LocalChannel } from './channel.ts'
import type { Channel, ChannelOptions } from './channel.ts'
import { ChannelListeners } from './listeners.ts'
import type { HandOverListener, LeaveListener, TakeOverListener } from './listeners.ts'
import { encodePush } from './inbox.ts'
import type { Gone } from './inbox.ts'
import type { Members } from './members.ts'

/** The channels of one server, and pushes that need none. */
export interface Channels<Pushes extends object = Record<string, unknown>> {
  /** Returns the channel of that name. It is there while it has members; until then nothing is kept of it. */
  get(name: string): Channel<Pushes>
  /** The channels that have members. */
  all(): Channel<Pushes>[]
  /**
   * Calls `listener` once for each member that an `add` brought and that is there no more, whatever the cause. Until this
   * server leaves. Returns the undo.
   */
  onLeave(listener: LeaveListener<Pushes>): () => void
  /**
   * Calls `listener` for each channel that this server has taken over, with all its members, before any call about it: the
   * server that it was on is gone, or this one has come. Again, without a state, when a member comes late. Calls wait for what it
   * returns, but not for longer than `callTimeoutMs`. Returns the undo.
   */
  onTakeOver(listener: TakeOverListener<Pushes>): () => void
  /**
   * Calls `listener` for each channel that this server gives away, when the calls about it have ended. What it returns,
   * which JSON must carry, goes with the channel if it is there within 250 ms. A server that dies gives nothing. Returns the undo.
   */
  onHandOver(listener: HandOverListener<Pushes>): () => void
  /** Sends a message to users by where they are, in a channel or not. Who is not there is passed over. */
  pushTo<R extends keyof Pushes & string>(users: readonly UserAddress[], route: R, message: Pushes[R]): void
  /** Sends a message to every bound session of every frontend of a type. */
  broadcast<R extends keyof Pushes & string>(frontendType: string, route: R, message: Pushes[R]): void
}

export interface UserAddress {
  readonly uid: string
  readonly frontendId: string
}

export interface ChannelsOptions {
  readonly bus: Bus
  readonly codec: Codec
  readonly self: ServerInfo
  readonly callTimeoutMs: number
  readonly frontend: (id: string) => ServerInfo | undefined
  readonly log: Log
}

export class LocalChannels implements Channels {
  readonly #options: ChannelsOptions
  readonly #channelOptions: ChannelOptions
  readonly #occupied = new Map<string, Members>()
  readonly #listeners: ChannelListeners
  /** The channels whose members have come from another server, and of which the application does not know yet. */
  readonly #adopted = new Set<string>()
  /** Before the names of groups: two servers, or two lives of one, may each have a channel of one name. */
  readonly #keyPrefix: string
  readonly #onMoved = new Set<() => void>()
  #joins = 0
  #inUse = false

  constructor(options: ChannelsOptions) {
    this.#options = options
    this.#keyPrefix = `${addressOf(options.self)}/`
    this.#listeners = new ChannelListeners(options)
    this.#channelOptions = {
      ...options,
      occupied: this.#occupied,
      keyOf: (name) => this.#keyPrefix + name,
      nextJoin: () => ++this.#joins,
      onLeave: (channel, uid, frontendId, cause) => this.#listeners.left({ channel, uid, frontendId, cause }),
    }
  }

  /** Whether there may be channels here. Most servers never use any: what is done for channels need not be done there. */
  get inUse(): boolean {
    return this.#inUse
  }

  use(): this {
    this.#inUse = true
    return this
  }

  get(name: string): LocalChannel {
    return new LocalChannel(name, this.#channelOptions)
  }

  all(): LocalChannel[] {
    return [...this.#occupied.keys()].map((name) => this.get(name))
  }

  onLeave(listener: LeaveListener<Record<string, unknown>>): () => void {
    return this.#listeners.onLeave(listener)
  }

  onTakeOver(listener: TakeOverListener<Record<string, unknown>>): () => void {
    return this.#listeners.onTakeOver(listener)
  }

  onHandOver(listener: HandOverListener<Record<string, unknown>>): () => void {
    return this.#listeners.onHandOver(listener)
  }

  pushTo(users: readonly UserAddress[], route: string, message: unknown): void {
    const { bus, codec, frontend: find } = this.#options
    const body = codec.encode(route, message)
    for (const [frontendId, here] of Map.groupBy(users, (user) => user.frontendId)) {
      const frontend = find(frontendId)
      if (frontend === undefined) continue
      const key = JSON.stringify(here.map((user) => user.uid))
      bus.publish(frontSubject(frontend), encodePush('users', { key, route, body }))
    }
  }

  broadcast(frontendType: string, route: string, message: unknown): void {
    const { bus, codec } = this.#options
    const body = codec.encode(route, message)
    bus.publish(frontsSubject(frontendType), encodePush('everybody', { key: '', route, body }))
  }

  /** A frontend says that the member whom a join brought to a group is there no more. */
  gone(frontend: ServerAddress, { key, uid, join }: Gone): void {
    this.get(key.slice(this.#keyPrefix.length)).gone(uid, frontend, join)
  }

  /** A frontend is there no more: nor are its members. */
  drop(frontend: ServerAddress): void {
    for (const channel of this.all()) channel.drop(frontend)
  }

  /** A frontend has moved a channel to another server. Who comes and goes is for that one to tell. */
  moved(frontend: ServerAddress, name: string): void {
    this.get(name).cede(frontend)
    for (const check of this.#onMoved) check()
  }

  /** Resolves when moves have made it so, or have not in time. */
  async movedUntil(isSo: () => boolean, limitMs: number): Promise<void> {
    if (isSo()) return
    const { promise, resolve } = Promise.withResolvers<void>()
    const check = () => isSo() && resolve()
    this.#onMoved.add(check)
    await within(limitMs, promise)
    this.#onMoved.delete(check)
  }

  /** A frontend has no more members of a channel that it has moved. Nobody has left. */
  retired(frontend: ServerAddress, name: string): void {
    this.get(name).forgetAt(frontend)
  }

  /** A frontend has members of a channel that has become this server's. */
  adopt(frontend: ServerInfo, { name, uids }: Adoption): void {
    const channel = this.use().get(name)
    for (const uid of uids) channel.adopt(uid, frontend)
    // also for one who joined while the channel moved: it was another server's application that knew
    this.#adopted.add(name)
  }

  /** All members of the channels that were taken over are here. `handed` is what the server before said of them. */
  async takenOver(handed: readonly HandedChannel[]): Promise<void> {
    const states = new Map(handed.map(({ name, state }) => [name, state]))
    const names = [...this.#adopted].filter((name) => this.#occupied.get(name)?.isCeded === false)
    this.#adopted.clear()
    await Promise.all(
      names.map((name) => this.#listeners.takenOver({ channel: this.get(name), state: states.get(name) })),
    )
  }

  /** Returns what the application says of a channel that it gives away. */
  stateOf(channel: LocalChannel, to: ServerAddress): Promise<unknown> {
    return this.#listeners.stateOf({ channel, to })
  }

  /** This server leaves. Frontends forget its groups, and say so of each member: that is nobody's news any more. */
  close(): void {
    this.#listeners.forgetLeaves()
  }
}
