import type { Change } from '../cluster/membership.ts'
import type { Work } from '../cluster/work.ts'
import { within } from '../deadline.ts'
import type { ServerAddress, ServerInfo } from '../server-info.ts'
import type { HandedChannel } from './adoption.ts'
import type { LocalChannels } from './channels.ts'

export interface GiveAwayOptions {
  readonly self: ServerInfo
  readonly channels: LocalChannels
  readonly work: Work
  /** All servers that are there. */
  readonly servers: () => readonly ServerInfo[]
  /** The server that a channel of this server's type belongs to now. */
  readonly pick: (name: string) => ServerInfo
  /** Resolves when `server` routes by a change, behind all that it said before. Rejects when it does not in time. */
  readonly askSeen: (server: ServerAddress, change: Change) => Promise<unknown>
}

/** How long a frontend may take to see a server that others see already. */
const moveMs = 300

/** How long work that has begun may hold up the hand-over of the channels that it is about. */
const settleMs = 400

/** How long what was pushed to a frontend may take to arrive. */
const arriveMs = 250

/** How long a server that leaves waits to be asked for its channels. */
const farewellMs = 1_500

/** Gives away the channels that become another server's. */
export class GiveAway {
  readonly #options: GiveAwayOptions
  /** Who has asked for its channels. */
  readonly #given = new Set<string>()
  #onGiven: (() => void) | undefined

  constructor(options: GiveAwayOptions) {
    this.#options = options
  }

  /** Other servers have come or gone. */
  onChange(): void {
    this.#onGiven?.()
  }

  /**
   * Gives what has become `to`'s: asked by it when those that it sees have switched over to it. What is still this
   * server's for a frontend that does not see the other yet stays, with the members there.
   */
  async give(to: ServerAddress): Promise<HandedChannel[]> {
    const { channels, work } = this.#options
    const isMoving = ({ name }: { readonly name: string }) => this.#options.pick(name).id === to.id
    const isMoved = () => !channels.all().some((channel) => channel.isKept && isMoving(channel))
    await channels.movedUntil(isMoved, moveMs)
    // what came before it moved, and is held back, may be about it
    const released = channels.all().some(isMoving) ? work.released() : Promise.resolve()
    await within(
      settleMs,
      released.then(() => work.settled()),
    )
    const moving = channels.all().filter((channel) => isMoving(channel) && !channel.isKept)
    const handed = await Promise.all(
      moving.map(async (channel) => {
        const state = await channels.stateOf(channel, to)
        channel.forgetMoved()
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
    const { self } = this.#options
    const all = new Promise<void>((resolve) => {
      this.#onGiven = () => {
        const peers = this.#others().filter(({ type }) => type === self.type)
        if (peers.every(({ id }) => this.#given.has(id))) resolve()
      }
    })
    this.#onGiven?.()
    await within(farewellMs, all)
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
}
