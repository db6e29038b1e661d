import type { Codec } from '@shaddock/protocol'
import type { Bus } from '../bus/bus.ts'
import { frontSubject } from '../bus/subjects.ts'
import { ServerError } from '../errors.ts'
import type { ServerAddress, ServerInfo } from '../server-info.ts'
import { encodeOrder, encodePush } from './inbox.ts'
import { Members } from './members.ts'
import type { Member } from './members.ts'

/** Named users who hear the same pushes. It lives on the server that made it, while it has members. */
export interface Channel<Pushes extends object = Record<string, unknown>> {
  readonly name: string
  /** How many uids are in it: of those who are being added, those whose `add` has resolved. */
  readonly size: number
  /** Whether a user is in it, or is being added: so of two who want one name, the second sees that it is taken. */
  has(uid: string): boolean
  /** The uids in it, in the order in which they came, without those who are being added. */
  members(): string[]
  /**
   * Adds a user who is connected to a frontend. Resolves when the frontend will write pushes to it; what is pushed
   * after the call, even before that, is heard. Adding a member again changes nothing. When it fails, the user is in
   * the channel no more, whoever added it.
   * @throws {ServerError} `GONE`: `uid` is not bound on that frontend, or left meanwhile. `NO_SERVER`: the frontend is
   * not there. `TIMEOUT`: it did not answer.
   */
  add(uid: string, frontendId: string): Promise<void>
  /** Takes a user out, on one frontend or on all. Returns whether it was in. */
  leave(uid: string, frontendId?: string): boolean
  /**
   * Sends a message to all members. At most once; members hear one server's pushes in the order in which it pushed.
   * @throws {TypeError} JSON cannot carry the message.
   * @throws {ServerError} `TOO_LARGE`: it is larger than a packet may be, 16 MB.
   * @throws {RangeError} the route is over 255 bytes.
   */
  push<R extends keyof Pushes & string>(route: R, message: Pushes[R]): void
  /** Sends a message to some of the members; who is not one is passed over. */
  pushTo<R extends keyof Pushes & string>(uids: readonly string[], route: R, message: Pushes[R]): void
}

/** Why a member is no longer in a channel. */
export type LeaveCause =
  /** `leave` was called. */
  | 'left'
  /** Its last connection on that frontend closed. */
  | 'closed'
  /** Its frontend is no longer there, or out of sight. */
  | 'down'

export interface ChannelOptions {
  readonly bus: Bus
  readonly codec: Codec
  readonly self: ServerInfo
  readonly callTimeoutMs: number
  readonly frontend: (id: string) => ServerInfo | undefined
  /** The members of this server's channels, by name: of those that have some. */
  readonly occupied: Map<string, Members>
  readonly keyOf: (name: string) => string
  /** Returns a number that is larger than those before. */
  readonly nextJoin: () => number
  readonly onLeave: (channel: LocalChannel, uid: string, frontendId: string, cause: LeaveCause) => void
}

/** A channel by its name. It holds nothing itself, so that all who got it, when they may, speak of one channel. */
export class LocalChannel implements Channel {
  readonly name: string
  /** The name of its group on the frontends. */
  readonly #key: string
  readonly #options: ChannelOptions

  constructor(name: string, options: ChannelOptions) {
    this.name = name
    this.#key = options.keyOf(name)
    this.#options = options
  }

  get size(): number {
    return this.#members.size
  }

  has(uid: string): boolean {
    return this.#members.has(uid)
  }

  members(): string[] {
    return this.#members.uids()
  }

  async add(uid: string, frontendId: string): Promise<void> {
    const { frontend: find, self, nextJoin, bus, callTimeoutMs } = this.#options
    const frontend = find(frontendId)
    if (frontend === undefined) throw new ServerError('NO_SERVER', `${frontendId} is not there`)
    const number = nextJoin()
    const owner = { id: self.id, incarnation: self.incarnation, type: self.type }
    const join = encodeOrder('join', this.#key, { uid, number, owner })
    const member = this.#enter(uid, frontend)
    member.join = number
    try {
      const [joined] = await bus.request(frontSubject(frontend), join, callTimeoutMs)
      if (joined !== 1) throw new ServerError('GONE', `${uid} is not connected to ${frontendId}`)
    } catch (error) {
      if (this.#isIn(uid, frontend, member) && member.join === number) this.#revoke(uid, frontend, error)
      throw error
    }
    if (!this.#isIn(uid, frontend, member))
      throw new ServerError('GONE', `${uid} has left ${this.name} meanwhile`)
    this.#members.confirm(uid, frontend)
  }

  leave(uid: string, frontendId?: string): boolean {
    const outposts = this.#members
      .of(uid)
      .filter(({ frontend }) => frontendId === undefined || frontend.id === frontendId)
    for (const { frontend, subject } of outposts) {
      this.#options.bus.publish(subject, encodeOrder('leave', this.#key, uid))
      this.#remove(uid, frontend, 'left')
    }
    return outposts.length > 0
  }

  push(route: string, message: unknown): void {
    const { bus, codec } = this.#options
    const body = codec.encode(route, message)
    const push = encodePush('group', { key: this.#key, route, body })
    for (const { subject } of this.#members.outposts()) bus.publish(subject, push)
  }

  pushTo(uids: readonly string[], route: string, message: unknown): void {
    const { bus, codec } = this.#options
    const body = codec.encode(route, message)
    for (const { subject, members } of this.#members.outposts()) {
      const chosen = uids.filter((uid) => members.has(uid))
      if (chosen.length === 0) continue
      bus.publish(subject, encodePush('users', { key: JSON.stringify(chosen), route, body }))
    }
  }

  /** A frontend says that the member whom a join brought is there no more. */
  gone(uid: string, frontend: ServerAddress, join: number): void {
    const member = this.#members.at(frontend)?.members.get(uid)
    if (member !== undefined && member.join <= join) this.#remove(uid, frontend, 'closed')
  }

  /** A frontend hands over a member that it had for another server. */
  adopt(uid: string, frontend: ServerInfo): void {
    this.#enter(uid, frontend)
    this.#members.confirm(uid, frontend)
    const outpost = this.#members.at(frontend)
    if (outpost !== undefined) outpost.isMoved = false
  }

  /** A frontend has made it another server's, though this one may still push to it what it has begun. */
  cede(frontend: ServerAddress): void {
    const outpost = this.#members.at(frontend)
    if (outpost !== undefined) outpost.isMoved = true
  }

  /** Whether it is this server's for that frontend. */
  isKeptFor(frontend: ServerAddress): boolean {
    return this.#members.at(frontend)?.isMoved === false
  }

  /** Whether it is this server's for some frontend. */
  get isKept(): boolean {
    return this.#members.isKept
  }

  /** The members on one frontend. */
  membersAt(frontend: ServerAddress): string[] {
    return [...(this.#members.at(frontend)?.members.keys() ?? [])]
  }

  /** Forgets the members on one frontend, and tells nobody: they are another server's now. */
  forgetAt(frontend: ServerAddress): void {
    const { occupied } = this.#options
    for (const uid of this.membersAt(frontend)) this.#members.remove(uid, frontend)
    if (this.#members.isEmpty) occupied.delete(this.name)
  }

  /** Forgets those whom their frontends have made another server's. */
  forgetMoved(): void {
    const moved = [...this.#members.outposts()].filter(({ isMoved }) => isMoved)
    for (const { frontend } of moved) this.forgetAt(frontend)
  }

  /** A frontend is there no more: nor are its members. */
  drop(frontend: ServerAddress): void {
    for (const uid of this.membersAt(frontend)) this.#remove(uid, frontend, 'down')
  }

  get #members(): Members {
    return this.#options.occupied.get(this.name) ?? nobody
  }

  /** At once, so that whatever is pushed from now on goes to that frontend, where it arrives behind the join. */
  #enter(uid: string, frontend: ServerInfo): Member {
    const { occupied } = this.#options
    const members = occupied.get(this.name) ?? new Members()
    occupied.set(this.name, members)
    return members.enter(uid, frontend)
  }

  /** An `add` failed. Whatever the frontend made of it, the user is out. */
  #revoke(uid: string, frontend: ServerInfo, error: unknown): void {
    const gone = error instanceof ServerError && error.code === 'GONE'
    if (!gone) this.#options.bus.publish(frontSubject(frontend), encodeOrder('leave', this.#key, uid))
    this.#remove(uid, frontend, gone ? 'closed' : 'down')
  }

  #isIn(uid: string, frontend: ServerInfo, member: Member): boolean {
    return this.#members.at(frontend)?.members.get(uid) === member
  }

  #remove(uid: string, frontend: ServerAddress, cause: LeaveCause): void {
    const { occupied, onLeave } = this.#options
    const { isCeded } = this.#members
    const member = this.#members.remove(uid, frontend)
    if (this.#members.isEmpty) occupied.delete(this.name)
    if (member?.isKnown && !isCeded) onLeave(this, uid, frontend.id, cause)
  }
}

/** Of a channel that has no members nothing is kept. */
const nobody = new Members()
