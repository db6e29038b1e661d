import type { Change } from '../cluster/membership.ts'
import type { Work } from '../cluster/work.ts'
import { within } from '../deadline.ts'
import type { ServerAddress, ServerInfo } from '../server-info.ts'
import type { Adoption, HandedChannel } from './adoption.ts'
import type { LocalChannels } from './channels.ts'

export interface TakeOverOptions {
  readonly self: ServerInfo
  readonly channels: LocalChannels
  readonly work: Work
  /** All servers that are there. */
  readonly servers: () => readonly ServerInfo[]
  /** The server that a channel of this server's type belongs to now. */
  readonly pick: (name: string) => ServerInfo
  /** Resolves when a change has been seen here, or is not in time. */
  readonly seenHere: (change: Change) => Promise<unknown>
  readonly hasSeen: (change: Change) => boolean
  /** Resolves when `server` routes by a change, behind all that it said before. Rejects when it does not in time. */
  readonly askSeen: (server: ServerInfo, change: Change) => Promise<unknown>
  /** Asks a server for the channels that have become this one's. */
  readonly askGive: (server: ServerInfo) => Promise<readonly HandedChannel[]>
}

/** How long work that has begun may hold up the hand-over of the channels that it is about. */
const settleMs = 500

/** How long what was pushed to a frontend may take to arrive. */
const arriveMs = 250

/** How long a server that leaves waits to be asked for its channels. */
const farewellMs = 1_000

/**
 * Takes over the channels that become this server's, and gives away those that become another's.
 *
 * The members come from the frontends, each of which names those it has before it routes calls here. So that no call
 * sees half a channel, the application's work is held back until every server has said that it routes by the change;
 * and until the server that had the channels, if it lives, has ended what it had begun. That takes a round trip or
 * two. A server that does not answer holds it up for a second at most.
 */
export class TakeOver {
  readonly #options: TakeOverOptions
  /** Who has asked for its channels, since this server said that it leaves. */
  readonly #given = new Set<string>()
  #isGathering = false
  /** Whether others may have what is this server's since it last asked them for it. */
  #isBehind = false
  #leaving = false
  #onGiven: (() => void) | undefined

  constructor(options: TakeOverOptions) {
    this.#options = options
  }

  onChange(joined: readonly ServerInfo[], left: readonly ServerInfo[], how: 'left' | 'down'): void {
    const { self, work } = this.#options
    for (const server of joined) if (server === self) this.#gather(this.#others())
    for (const server of left) {
      if (server === self) this.#leaving = true
      else if (server.type === self.type && !this.#leaving) work.hold(this.#inherit(server, how))
    }
    this.#onGiven?.()
  }

  /** A frontend hands over members. */
  adopt(frontend: ServerInfo, adoption: Adoption): void {
    const { channels, work, hasSeen, seenHere } = this.#options
    const { change } = adoption
    channels.adopt(frontend, adoption)
    // it sees this server, perhaps again: until now it had the channel's members with another
    if (change?.kind === 'joined') this.#gather(this.#peers())
    // it saw first that a server is gone, and its calls follow: the other frontends' members are not here yet
    else if (change !== undefined && !hasSeen(change)) work.hold(seenHere(change))
    else if (!work.isHeld) void channels.takenOver([])
  }

  /** Gives what has become `to`'s: asked by it when all others have switched over to it. */
  async give(to: ServerAddress): Promise<HandedChannel[]> {
    const { channels, work } = this.#options
    await within(settleMs, work.settled())
    const moving = channels.all().filter(({ name }) => this.#options.pick(name).id === to.id)
    const handed = await Promise.all(
      moving.map(async (channel) => {
        const state = await channels.stateOf(channel, to)
        channel.forget()
        return { name: channel.name, state }
      }),
    )
    if (handed.length > 0) await within(arriveMs, this.#arrived(to))
    this.#given.add(to.id)
    this.#onGiven?.()
    return handed
  }

  /** Resolves when those who take this server's channels over have got them; this server has said that it leaves. */
  async given(): Promise<void> {
    const all = new Promise<void>((resolve) => {
      this.#onGiven = () => {
        if (this.#peers().every(({ id }) => this.#given.has(id))) resolve()
      }
    })
    this.#onGiven?.()
    await within(farewellMs, all)
  }

  /** Takes what is this server's, once these route by it too. */
  #gather(servers: readonly ServerInfo[]): void {
    this.#isBehind = true
    if (!this.#isGathering) this.#options.work.hold(this.#takeOwn(servers))
  }

  async #takeOwn(servers: readonly ServerInfo[]): Promise<void> {
    const { self, askSeen, askGive, channels } = this.#options
    this.#isGathering = true
    for (let asked = servers; this.#isBehind; asked = this.#peers()) {
      await Promise.allSettled(asked.map((server) => askSeen(server, { kind: 'joined', server: self })))
      this.#isBehind = false
      const gifts = await Promise.allSettled(this.#peers().map((server) => askGive(server)))
      await channels.takenOver(gifts.flatMap((gift) => (gift.status === 'fulfilled' ? gift.value : [])))
    }
    this.#isGathering = false
  }

  async #inherit(server: ServerInfo, how: 'left' | 'down'): Promise<void> {
    const { askSeen, askGive, channels } = this.#options
    const others = this.#others().filter(({ frontend }) => how === 'left' || (frontend && channels.inUse))
    await Promise.allSettled(others.map((other) => askSeen(other, { kind: 'gone', server })))
    // who is down gives nothing
    const handed = how === 'left' ? await askGive(server).catch(() => []) : []
    await channels.takenOver(handed)
  }

  /** Resolves when the frontends have what this server pushed: it stands before what the next owner pushes then. */
  #arrived({ id, incarnation }: ServerAddress): Promise<unknown> {
    const change: Change = { kind: 'joined', server: { id, incarnation } }
    const frontends = this.#others().filter(({ frontend }) => frontend)
    return Promise.allSettled(frontends.map((frontend) => this.#options.askSeen(frontend, change)))
  }

  #others(): readonly ServerInfo[] {
    return this.#options.servers().filter((server) => server !== this.#options.self)
  }

  #peers(): readonly ServerInfo[] {
    return this.#others().filter(({ type }) => type === this.#options.self.type)
  }
}
