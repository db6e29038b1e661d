import { addressOf } from '../bus/subjects.ts'
import type { Change } from '../cluster/membership.ts'
import type { Work } from '../cluster/work.ts'
import type { ServerAddress, ServerInfo } from '../server-info.ts'
import type { Adoption, HandedChannel } from './adoption.ts'
import type { LocalChannels } from './channels.ts'

export interface TakeOverOptions {
  readonly self: ServerInfo
  readonly channels: LocalChannels
  readonly work: Work
  /** All servers that are there. */
  readonly servers: () => readonly ServerInfo[]
  /** Resolves when a change has been seen here, or is not in time. */
  readonly seenHere: (change: Change) => Promise<unknown>
  readonly hasSeen: (change: Change) => boolean
  /** Resolves when `server` routes by a change, behind all that it said before. Rejects when it does not in time. */
  readonly askSeen: (server: ServerAddress, change: Change) => Promise<unknown>
  /** Asks a server for the channels that have become this one's. */
  readonly askGive: (server: ServerInfo) => Promise<readonly HandedChannel[]>
}

/** How long a frontend that has lost a server for a moment may take to see it again. */
const takeBackMs = 1_000

/** How often others are asked in one go, as more comes meanwhile. */
const maxRounds = 3

/**
 * Takes over the channels that become this server's.
 *
 * The members come from the frontends, each of which names those it has before it routes calls here. So that no call
 * sees half a channel, the application's work is held back until every server has said that it routes by the change;
 * and until the server that had the channels, if it lives, has ended what it had begun. That takes a round trip or
 * two. A server that does not answer holds it up for a second at most.
 */
export class TakeOver {
  readonly #options: TakeOverOptions
  /** Ends the waiting for what a lost server had, by its address. */
  readonly #returns = new Map<string, () => void>()
  /** Those that have channels of this server's, as frontends say: it may not see them yet, or not any more. */
  readonly #givers = new Map<string, ServerAddress>()
  /** What others said of the channels that they have given, and the application was not told yet. */
  readonly #handed: HandedChannel[] = []
  #isGathering = false
  /** Whether others may have what is this server's since it last asked them for it. */
  #isBehind = false
  #leaving = false

  constructor(options: TakeOverOptions) {
    this.#options = options
  }

  onChange(joined: readonly ServerInfo[], left: readonly ServerInfo[], how: 'left' | 'down'): void {
    const { self, work } = this.#options
    for (const server of joined) {
      if (server === self) this.#gather(this.#others())
      this.#returns.get(addressOf(server))?.()
    }
    for (const server of left) {
      if (server === self) this.#leaving = true
      else if (server.type === self.type && !this.#leaving) work.hold(this.#inherit(server, how))
    }
  }

  /** A frontend hands over members. */
  adopt(frontend: ServerInfo, adoption: Adoption): void {
    const { channels, work, hasSeen, seenHere } = this.#options
    const { name, change, from } = adoption
    channels.adopt(frontend, adoption)
    // it sees this server, perhaps again: until now it had the channel's members with another
    if (change?.kind === 'joined') {
      if (from !== undefined) this.#givers.set(addressOf(from), from)
      this.#gather(this.#peers())
    }
    // it saw first that a server is gone, and its calls follow: the other frontends' members are not here yet
    else if (change !== undefined && !hasSeen(change)) {
      const isTakenBack = () => !channels.get(name).isKeptFor(frontend)
      work.hold(Promise.race([seenHere(change), channels.movedUntil(isTakenBack, takeBackMs)]))
    } else if (!work.isHeld) void this.#announce()
  }

  /** Takes what is this server's, once these route by it too. */
  #gather(servers: readonly ServerInfo[]): void {
    this.#isBehind = true
    if (this.#isGathering) return
    const taken = this.#takeOwn(servers)
    this.#options.work.hold(taken)
    // if frontends come and go without end, work is done in between
    void taken.then(() => this.#isBehind && this.#gather(this.#peers()))
  }

  async #takeOwn(servers: readonly ServerInfo[]): Promise<void> {
    const { self, askSeen, askGive } = this.#options
    this.#isGathering = true
    let asked = servers
    for (let rounds = maxRounds; this.#isBehind && rounds > 0; rounds--) {
      const givers = [...this.#givers.values()]
      this.#givers.clear()
      await Promise.allSettled([
        ...asked.map((server) => askSeen(server, { kind: 'joined', server: self })),
        ...givers.map((giver) => this.#meet(giver)),
      ])
      this.#isBehind = false
      const gifts = await Promise.allSettled(this.#peers().map((server) => askGive(server)))
      this.#handed.push(...gifts.flatMap((gift) => (gift.status === 'fulfilled' ? gift.value : [])))
      asked = this.#peers()
    }
    this.#isGathering = false
    await this.#announce()
  }

  /** Tells the application what has been taken over: all at once, when others have given what they had. */
  async #announce(): Promise<void> {
    if (!this.#isGathering) await this.#options.channels.takenOver(this.#handed.splice(0))
  }

  /** Resolves when this server sees another, and is seen by it. */
  async #meet(server: ServerAddress): Promise<void> {
    const { self, hasSeen, seenHere, askSeen } = this.#options
    const change: Change = { kind: 'joined', server }
    if (hasSeen(change)) return
    await seenHere(change)
    await askSeen(server, { kind: 'joined', server: self })
  }

  async #inherit(server: ServerInfo, how: 'left' | 'down'): Promise<void> {
    const { askSeen, askGive, channels } = this.#options
    const others = this.#others().filter(({ frontend }) => how === 'left' || (frontend && channels.inUse))
    const known = Promise.allSettled(others.map((other) => askSeen(other, { kind: 'gone', server })))
    const back = Promise.withResolvers<void>()
    this.#returns.set(addressOf(server), back.resolve)
    // if it was lost for a moment, some have never lost it
    await Promise.race([known, back.promise])
    this.#returns.delete(addressOf(server))
    // who is down gives nothing
    if (how === 'left') this.#handed.push(...(await askGive(server).catch(() => [])))
    await this.#announce()
  }

  #others(): readonly ServerInfo[] {
    return this.#options.servers().filter((server) => server !== this.#options.self)
  }

  #peers(): readonly ServerInfo[] {
    return this.#others().filter(({ type }) => type === this.#options.self.type)
  }
}
