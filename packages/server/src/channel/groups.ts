import { addressOf } from '../bus/subjects.ts'
import type { ServerAddress } from '../server-info.ts'
import type { ConnectedSession } from '../session/frontend.ts'
import type { MessageFormat } from '../session/message-format.ts'
import type { SessionRegistry } from '../session/registry.ts'
import type { Frame } from '../transport/transport.ts'
import type { Adoption } from './adoption.ts'
import type { Gone, Join, Owner } from './inbox.ts'
import type { OwnerOf } from './owner-of.ts'
import { PushFrames } from './push-frames.ts'

/** Who hears a channel, on one frontend: the sessions of its members here, ready to be written to. */
export interface Group {
  readonly key: string
  readonly owner: Owner
  /** Its members here, each with the number of the join that brought it. */
  readonly uids: Map<string, number>
  readonly sessions: Set<ConnectedSession>
  /** Whether the channel is another server's now, though this owner may still speak to it. */
  isMoved: boolean
}

export interface GroupsOptions {
  readonly sessions: SessionRegistry
  /** Told of a push that clients of some format cannot be sent. */
  readonly onUnsendable: (route: string, error: unknown) => void
  /** Tells a group's owner that a member, whom that join brought, is here no more. */
  readonly tellGone: (owner: ServerAddress, gone: Gone) => void
  readonly ownerOf: OwnerOf
  /** Tells a server that members of a channel, which has become its own, are here. */
  readonly tellAdopt: (owner: ServerAddress, adoption: Adoption) => void
}

/** The groups of one frontend. A group lives while it has members: also when its owner is gone, until there is a next one. */
export class Groups {
  readonly #sessions: SessionRegistry
  readonly #onUnsendable: GroupsOptions['onUnsendable']
  readonly #ownerOf: OwnerOf
  readonly #tellGone: GroupsOptions['tellGone']
  readonly #tellAdopt: GroupsOptions['tellAdopt']
  readonly #groups = new Map<string, Group>()
  readonly #byUid = new Map<string, Set<Group>>()

  constructor({ sessions, onUnsendable, ownerOf, tellGone, tellAdopt }: GroupsOptions) {
    this.#sessions = sessions
    this.#onUnsendable = onUnsendable
    this.#ownerOf = ownerOf
    this.#tellGone = tellGone
    this.#tellAdopt = tellAdopt
    sessions.onBound = (session, uid) => this.#bound(session, uid)
    sessions.onUnbound = (session, uid) => this.#unbound(session, uid)
  }

  get size(): number {
    return this.#groups.size
  }

  /** Returns false if nobody here is bound to `uid`. */
  join(key: string, { uid, number, owner }: Join): boolean {
    const sessions = this.#sessions.ofUid(uid)
    if (sessions.size === 0) return false
    const group = this.#at(owner, key)
    this.#enter(group, uid, number)
    if (group.isMoved) this.#joinCurrent(group, uid)
    return true
  }

  #enter(group: Group, uid: string, number: number): void {
    group.uids.set(uid, number)
    for (const session of this.#sessions.ofUid(uid)) group.sessions.add(session)
    const groups = this.#byUid.get(uid)
    if (groups === undefined) this.#byUid.set(uid, new Set([group]))
    else groups.add(group)
  }

  /** The owner that a member joins does not know yet that the channel is another's. */
  #joinCurrent(moved: Group, uid: string): void {
    const name = nameOf(moved)
    const owner = this.#ownerOf(moved.owner.type, name) ?? moved.owner
    const group = this.#at(owner, keyOf(owner, name))
    group.isMoved = false
    if (group.uids.has(uid)) return
    this.#enter(group, uid, 0)
    this.#tellAdopt(owner, { name, uids: [uid] })
  }

  leave(key: string, uid: string): void {
    const group = this.#groups.get(key)
    if (group !== undefined) this.#leave(group, uid)
  }

  /** Takes a member out of a channel: of this group, and of those that it has been before, or is now. */
  #leave(group: Group, uid: string): void {
    if (!group.uids.has(uid)) return
    for (const other of [...(this.#byUid.get(uid) ?? [])]) {
      if (other === group || !isOfOneChannel(group, other) || !(group.isMoved || other.isMoved)) continue
      const join = other.uids.get(uid) ?? 0
      this.#takeOut(other, uid)
      if (!other.isMoved) this.#tellGone(other.owner, { key: other.key, uid, join })
    }
    this.#takeOut(group, uid)
  }

  #takeOut(group: Group, uid: string): void {
    for (const session of this.#sessions.ofUid(uid)) group.sessions.delete(session)
    this.#forget(group, uid)
  }

  /** Writes a push to every member of a group. */
  push(key: string, route: string, body: Uint8Array): void {
    const group = this.#groups.get(key)
    if (group !== undefined) this.write(group.sessions, route, body)
  }

  pushToUids(uids: readonly string[], route: string, body: Uint8Array): void {
    const sessions = new Set<ConnectedSession>()
    for (const uid of uids) for (const session of this.#sessions.ofUid(uid)) sessions.add(session)
    this.write(sessions, route, body)
  }

  pushToAll(route: string, body: Uint8Array): void {
    const bound = [...this.#sessions.all()].filter((session) => session.uid !== null)
    this.write(bound, route, body)
  }

  /** Writes a push to sessions, framed once for each format among them. */
  write(sessions: Iterable<ConnectedSession>, route: string, body: Uint8Array): void {
    const frames = new PushFrames((format) => this.#frame(format, route, body))
    for (const { connection, format } of sessions) {
      // without a format it has not shaken hands
      const frame = format && frames.of(format)
      if (frame) connection.sendFrame(frame)
    }
  }

  /** The groups of channels that live on servers of a type, and that no other server has taken over. */
  ofType(type: string): Group[] {
    return [...this.#groups.values()].filter(({ owner, isMoved }) => owner.type === type && !isMoved)
  }

  /** Makes of a group that of the channel's next owner, which is told of its members. The group itself stays. */
  move(group: Group, next: Owner, cause: Pick<Adoption, 'change' | 'from'>): void {
    const successor = this.#at(next, keyOf(next, nameOf(group)))
    group.isMoved = true
    // it may be the same: if it was nobody else's meanwhile
    successor.isMoved = false
    for (const uid of group.uids.keys()) this.#enter(successor, uid, 0)
    // all of them: if the channel was its before, it has forgotten them
    const uids = [...successor.uids.keys()]
    if (uids.length > 0) this.#tellAdopt(next, { name: nameOf(successor), uids, ...cause })
  }

  /** Forgets a group whose owner is lost. */
  remove(group: Group): void {
    for (const uid of group.uids.keys()) this.#unlink(group, uid)
    this.#groups.delete(group.key)
  }

  /** Forgets a group that has moved, unless it has moved back. Returns whether it was there to be forgotten. */
  retire(group: Group): boolean {
    if (!group.isMoved || this.#groups.get(group.key) !== group) return false
    this.remove(group)
    return true
  }

  #at(owner: Owner, key: string): Group {
    const known = this.#groups.get(key)
    if (known !== undefined) return known
    const group: Group = { key, owner, uids: new Map(), sessions: new Set(), isMoved: false }
    this.#groups.set(key, group)
    return group
  }

  #frame(format: MessageFormat, route: string, body: Uint8Array): Frame | undefined {
    try {
      return format.push(route, body)
    } catch (error) {
      this.#onUnsendable(route, error)
      return undefined
    }
  }

  #bound(session: ConnectedSession, uid: string): void {
    for (const group of this.#byUid.get(uid) ?? []) group.sessions.add(session)
  }

  #unbound(session: ConnectedSession, uid: string): void {
    const groups = this.#byUid.get(uid)
    if (groups === undefined) return
    const last = this.#sessions.ofUid(uid).size === 0
    for (const group of groups) {
      group.sessions.delete(session)
      if (!last) continue
      const join = group.uids.get(uid) ?? 0
      this.#forget(group, uid)
      this.#tellGone(group.owner, { key: group.key, uid, join })
    }
  }

  #forget(group: Group, uid: string): void {
    group.uids.delete(uid)
    this.#unlink(group, uid)
    // one that has moved stays until it retires: who joins it late belongs to the next owner
    if (group.uids.size === 0 && !group.isMoved) this.#groups.delete(group.key)
  }

  #unlink(group: Group, uid: string): void {
    const groups = this.#byUid.get(uid)
    groups?.delete(group)
    if (groups?.size === 0) this.#byUid.delete(uid)
  }
}

/** The name of the channel: in the key of its group it follows the address of its owner. */
export function nameOf({ key }: Pick<Group, 'key'>): string {
  return key.slice(key.indexOf('/') + 1)
}

function keyOf(owner: ServerAddress, name: string): string {
  return `${addressOf(owner)}/${name}`
}

function isOfOneChannel(one: Group, other: Group): boolean {
  return one.owner.type === other.owner.type && nameOf(one) === nameOf(other)
}
