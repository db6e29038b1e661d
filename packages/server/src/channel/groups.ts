import { encodePushPacket } from '@shaddock/protocol'
import type { RouteDictionary } from '@shaddock/protocol'
import type { ServerAddress } from '../server-info.ts'
import type { ConnectedSession } from '../session/frontend.ts'
import type { SessionRegistry } from '../session/registry.ts'
import type { Frame, Framing } from '../transport/transport.ts'
import type { Gone, Join } from './inbox.ts'

/** Who hears a channel, on one frontend: the sessions of its members here, ready to be written to. */
interface Group {
  readonly key: string
  readonly owner: ServerAddress
  /** Its members here, each with the number of the join that brought it. */
  readonly uids: Map<string, number>
  readonly sessions: Set<ConnectedSession>
}

export interface GroupsOptions {
  readonly sessions: SessionRegistry
  readonly dictionary: RouteDictionary | undefined
  /** Tells a group's owner that a member, whom that join brought, is here no more. */
  readonly tellGone: (owner: ServerAddress, gone: Gone) => void
}

/** The groups of one frontend. A group lives while it has members, and no longer than its owner. */
export class Groups {
  readonly #sessions: SessionRegistry
  readonly #dictionary: RouteDictionary | undefined
  readonly #tellGone: GroupsOptions['tellGone']
  readonly #groups = new Map<string, Group>()
  readonly #byUid = new Map<string, Set<Group>>()

  constructor({ sessions, dictionary, tellGone }: GroupsOptions) {
    this.#sessions = sessions
    this.#dictionary = dictionary
    this.#tellGone = tellGone
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
    const group = this.#groups.get(key) ?? this.#create(key, owner)
    group.uids.set(uid, number)
    for (const session of sessions) group.sessions.add(session)
    const groups = this.#byUid.get(uid)
    if (groups === undefined) this.#byUid.set(uid, new Set([group]))
    else groups.add(group)
    return true
  }

  leave(key: string, uid: string): void {
    const group = this.#groups.get(key)
    if (!group?.uids.has(uid)) return
    for (const session of this.#sessions.ofUid(uid)) group.sessions.delete(session)
    this.#forget(group, uid)
  }

  /** Writes a push to every member of a group. Framed once for each kind of connection among them. */
  push(key: string, route: string, body: Uint8Array): void {
    const group = this.#groups.get(key)
    if (group !== undefined) this.#write(group.sessions, route, body)
  }

  pushToUids(uids: readonly string[], route: string, body: Uint8Array): void {
    const sessions = new Set<ConnectedSession>()
    for (const uid of uids) for (const session of this.#sessions.ofUid(uid)) sessions.add(session)
    this.#write(sessions, route, body)
  }

  pushToAll(route: string, body: Uint8Array): void {
    const bound = [...this.#sessions.all()].filter((session) => session.uid !== null)
    this.#write(bound, route, body)
  }

  /** Forgets the groups of a server that is no longer there. It is told nevertheless: it may be there for others. */
  drop(owner: ServerAddress): void {
    for (const group of this.#ownedBy(owner)) {
      this.#remove(group)
      for (const [uid, join] of group.uids) this.#tellGone(owner, { key: group.key, uid, join })
    }
  }

  /** Forgets the groups of a server that has none here any more. */
  disband(owner: ServerAddress): void {
    for (const group of this.#ownedBy(owner)) this.#remove(group)
  }

  #ownedBy({ id, incarnation }: ServerAddress): Group[] {
    return [...this.#groups.values()].filter(
      ({ owner }) => owner.id === id && owner.incarnation === incarnation,
    )
  }

  #create(key: string, owner: ServerAddress): Group {
    const group: Group = { key, owner, uids: new Map(), sessions: new Set() }
    this.#groups.set(key, group)
    return group
  }

  #write(sessions: Iterable<ConnectedSession>, route: string, body: Uint8Array): void {
    const packet = encodePushPacket(route, body, this.#dictionary)
    let framing: Framing | undefined
    let frame: Frame | undefined
    for (const { connection } of sessions) {
      // nearly always all members have the same kind of connection; with two kinds, runs of one kind share a frame
      if (frame === undefined || connection.framing !== framing) {
        framing = connection.framing
        frame = framing.frame(packet)
      }
      connection.sendFrame(frame)
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
    if (group.uids.size === 0) this.#groups.delete(group.key)
  }

  #remove(group: Group): void {
    for (const uid of group.uids.keys()) this.#unlink(group, uid)
    this.#groups.delete(group.key)
  }

  #unlink(group: Group, uid: string): void {
    const groups = this.#byUid.get(uid)
    groups?.delete(group)
    if (groups?.size === 0) this.#byUid.delete(uid)
  }
}
