import type { Change } from '../cluster/membership.ts'
import type { ServerAddress, ServerInfo } from '../server-info.ts'
import type { TimerWheel } from '../timer-wheel.ts'
import { nameOf } from './groups.ts'
import type { Group, Groups } from './groups.ts'
import type { Owner } from './inbox.ts'
import type { OwnerOf } from './owner-of.ts'

export interface HandOverOptions {
  readonly groups: Groups
  readonly ownerOf: OwnerOf
  /** Whether that life of a server is there. */
  readonly isThere: (server: ServerAddress) => boolean
  /** Says to a server that a channel has moved from it; then that it has no members here for that server any more. */
  readonly tellMoved: (step: 'moved' | 'retired', server: ServerAddress, name: string) => void
  readonly timers: Pick<TimerWheel, 'schedule'>
}

/** How long the group of a server that leaves may still be pushed to. */
const retireMs = 10_000

/**
 * Brings the channels of a frontend's members to their next owners, when servers come and go. Channels are soft
 * state: who hears is known on the frontends, whatever becomes of the server that a channel lived on. What is told to
 * the next owner here goes before every call that is routed to it from now on.
 */
export class HandOver {
  readonly #options: HandOverOptions

  constructor(options: HandOverOptions) {
    this.#options = options
  }

  onChange(joined: readonly ServerInfo[], left: readonly ServerInfo[], how: 'left' | 'down'): void {
    for (const server of left) this.#onLeft(server, how)
    for (const server of joined) this.#onJoined(server)
  }

  #onLeft(server: ServerInfo, how: 'left' | 'down'): void {
    const { groups, tellMoved } = this.#options
    const lost = groups.ofType(server.type).filter(({ owner }) => isSame(owner, server))
    for (const group of lost) {
      const next = this.#nextOwner(group)
      // without a server of its type a channel waits for the next one
      if (next === undefined) continue
      this.#move(group, next, { kind: 'gone', server })
      if (how === 'left') tellMoved('moved', server, nameOf(group))
      // what it might still say, if it only stood still, is out of date
      if (how === 'down') groups.remove(group)
    }
  }

  #onJoined(server: ServerInfo): void {
    const { groups, tellMoved } = this.#options
    for (const group of groups.ofType(server.type)) {
      const next = this.#nextOwner(group)
      if (next === undefined || !isSame(next, server)) continue
      this.#move(group, next, { kind: 'joined', server })
      // unless it was this server's already, and has only been away
      if (!isSame(group.owner, server)) tellMoved('moved', group.owner, nameOf(group))
    }
  }

  #move(group: Group, next: Owner, { kind, server: { id, incarnation } }: Change): void {
    const { groups, timers, tellMoved, isThere } = this.#options
    const change = { kind, server: { id, incarnation } }
    const from = { id: group.owner.id, incarnation: group.owner.incarnation }
    groups.move(group, next, isThere(from) && !isSame(from, next) ? { change, from } : { change })
    // who leaves, or does not know of the change yet, goes on pushing for a moment
    timers.schedule(retireMs, () => {
      // it has forgotten them when it gave the channel away, unless nobody asked it to
      if (groups.retire(group)) tellMoved('retired', group.owner, nameOf(group))
    })
  }

  #nextOwner(group: Group): Owner | undefined {
    return this.#options.ownerOf(group.owner.type, nameOf(group))
  }
}

function isSame(one: ServerAddress, other: ServerAddress): boolean {
  return one.id === other.id && one.incarnation === other.incarnation
}
