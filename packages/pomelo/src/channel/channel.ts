import { callBack } from '../callback.ts'
import type { Uid } from '../session/session.ts'

/** Where a user is connected. */
export interface Member {
  readonly uid: Uid
  /** The id of the frontend. */
  readonly sid: string
}

/** Who hears a push: uids by the id of their frontend. */
export type MemberGroups = Readonly<Record<string, readonly Uid[]>>

/** What a channel asks of its service. */
export interface ChannelHome {
  push(
    route: string,
    message: unknown,
    groups: MemberGroups,
    options: { opts: unknown; callback: unknown },
  ): void
  destroyChannel(name: string): void
  memberAdded(channel: Channel, member: Member): void
  memberLeft(channel: Channel, member: Member): void
}

/**
 * Users who hear the same. It holds who was added until `leave` is called, connected or not, as Pomelo's applications
 * count on.
 */
export class Channel {
  readonly name: string
  /** Uids by frontend. */
  readonly groups: Record<string, Uid[]> = bare()
  /** Where each uid was last added. */
  readonly records: Record<string, Member> = bare()
  userAmount = 0
  state: 0 | 1 = 0
  readonly __channelService__: ChannelHome

  constructor(name: string, home: ChannelHome) {
    this.name = name
    this.__channelService__ = home
  }

  /** Returns whether the user is in. Adding a member again changes nothing. */
  add(uid: Uid, sid: string): boolean {
    if (this.state !== 0 || !sid) return false
    const group = (this.groups[sid] ??= [])
    if (!group.includes(uid)) {
      group.push(uid)
      this.userAmount++
    }
    this.records[uid] = { uid, sid }
    this.__channelService__.memberAdded(this, { uid, sid })
    return true
  }

  /** Returns whether the user was in. A uid that is a number is not the text of it. */
  leave(uid: Uid, sid: string): boolean {
    if (!uid || !sid) return false
    this.__channelService__.memberLeft(this, { uid, sid })
    const group = this.groups[sid]
    const at = group?.indexOf(uid) ?? -1
    if (group === undefined || at === -1) return false
    group.splice(at, 1)
    this.userAmount--
    if (group.length === 0) Reflect.deleteProperty(this.groups, sid)
    if (this.records[uid]?.sid === sid) Reflect.deleteProperty(this.records, uid)
    return true
  }

  getUserAmount(): number {
    return this.userAmount
  }

  getMembers(): Uid[] {
    return Object.values(this.groups).flat()
  }

  getMember(uid: Uid): Member | undefined {
    return this.records[uid]
  }

  /** Sends a message to all members: `pushMessage([route], message, [opts], [callback])`. */
  pushMessage(...args: unknown[]): void {
    const { route, message, rest } = splitPush(args)
    const [opts, callback] = splitOptions(rest)
    if (this.state === 0) this.__channelService__.push(route, message, this.groups, { opts, callback })
    else callBack(callback, new Error('channel is not running now'))
  }

  destroy(): void {
    this.state = 1
    this.__channelService__.destroyChannel(this.name)
  }
}

/** Returns an object without a prototype: names come from clients, and none is special. */
export function bare<T>(): Record<string, T> {
  return Object.create(null) as Record<string, T>
}

/** A push may leave its route to the message: `{ route: 'onAdd', … }`. */
export function splitPush(args: readonly unknown[]): { route: string; message: unknown; rest: unknown[] } {
  const [first, ...rest] = args
  if (typeof first === 'string') return { route: first, message: rest[0], rest: rest.slice(1) }
  return { route: String((first as { route?: unknown } | undefined)?.route ?? ''), message: first, rest }
}

/** `([opts], [callback])` */
export function splitOptions([opts, callback]: readonly unknown[]): [opts: unknown, callback: unknown] {
  return typeof opts === 'function' && !callback ? [{}, opts] : [opts, callback]
}
