import { addressOf, frontSubject } from '../bus/subjects.ts'
import type { ServerAddress, ServerInfo } from '../server-info.ts'

/** One user in a channel, on one frontend. */
export interface Member {
  /** The number of its latest `add`: what the frontend says of an earlier one is out of date. */
  join: number
  /** Whether the frontend has answered one. Until then nobody knows that it came, and may be told so. */
  readonly isKnown: boolean
}

/** The members of a channel on one frontend. */
export interface Outpost {
  readonly frontend: ServerInfo
  readonly subject: string
  readonly members: Map<string, Member>
  /** Whether the frontend has moved the channel to another server. */
  isMoved: boolean
}

/** Who is in a channel, and where. */
export class Members {
  readonly #outposts = new Map<string, Outpost>()
  readonly #byUid = new Map<string, Set<Outpost>>()
  /** The users of whom it is known, each with the number of outposts that it is at. */
  readonly #known = new Map<string, number>()

  /** How many known users there are, each counted once. */
  get size(): number {
    return this.#known.size
  }

  /** Whether there is nobody, not even one who is not known yet. */
  get isEmpty(): boolean {
    return this.#byUid.size === 0
  }

  /** Whether the user is there, known or not. */
  has(uid: string): boolean {
    return this.#byUid.has(uid)
  }

  uids(): string[] {
    return [...this.#known.keys()]
  }

  outposts(): Iterable<Outpost> {
    return this.#outposts.values()
  }

  /** Whether the channel is another server's, for some frontend at least. Who comes and goes is not this one's to tell then. */
  get isCeded(): boolean {
    return this.#some((outpost) => outpost.isMoved)
  }

  /** Whether it is still this server's for some frontend. */
  get isKept(): boolean {
    return this.#some((outpost) => !outpost.isMoved)
  }

  /** The outposts that a user is at. */
  of(uid: string): readonly Outpost[] {
    return [...(this.#byUid.get(uid) ?? [])]
  }

  at(frontend: ServerAddress): Outpost | undefined {
    return this.#outposts.get(addressOf(frontend))
  }

  /** Returns the member that the user is there, or becomes. */
  enter(uid: string, frontend: ServerInfo): Member {
    const outpost = this.at(frontend) ?? this.#open(frontend)
    const known = outpost.members.get(uid)
    if (known !== undefined) return known
    const member = { join: 0, isKnown: false }
    outpost.members.set(uid, member)
    const outposts = this.#byUid.get(uid)
    if (outposts === undefined) this.#byUid.set(uid, new Set([outpost]))
    else outposts.add(outpost)
    return member
  }

  /** From now on it is known that the user is there. */
  confirm(uid: string, frontend: ServerAddress): void {
    const member: { isKnown: boolean } | undefined = this.at(frontend)?.members.get(uid)
    if (member === undefined || member.isKnown) return
    member.isKnown = true
    this.#known.set(uid, (this.#known.get(uid) ?? 0) + 1)
  }

  /** Returns the member that the user was there. */
  remove(uid: string, frontend: ServerAddress): Member | undefined {
    const outpost = this.at(frontend)
    const member = outpost?.members.get(uid)
    if (outpost === undefined || member === undefined) return undefined
    outpost.members.delete(uid)
    if (outpost.members.size === 0) this.#outposts.delete(addressOf(frontend))
    const outposts = this.#byUid.get(uid)
    outposts?.delete(outpost)
    if (outposts?.size === 0) this.#byUid.delete(uid)
    if (member.isKnown) this.#forget(uid)
    return member
  }

  #forget(uid: string): void {
    const others = (this.#known.get(uid) ?? 1) - 1
    if (others === 0) this.#known.delete(uid)
    else this.#known.set(uid, others)
  }

  #some(is: (outpost: Outpost) => boolean): boolean {
    for (const outpost of this.#outposts.values()) if (is(outpost)) return true
    return false
  }

  #open(frontend: ServerInfo): Outpost {
    const outpost = {
      frontend,
      subject: frontSubject(frontend),
      members: new Map<string, Member>(),
      isMoved: false,
    }
    this.#outposts.set(addressOf(frontend), outpost)
    return outpost
  }
}
