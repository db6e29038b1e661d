import type { Awaitable } from '@shaddock/protocol'
import { within } from '../deadline.ts'
import type { Log } from '../log.ts'
import type { ServerAddress } from '../server-info.ts'
import type { Channel, LeaveCause } from './channel.ts'

export type LeaveListener<Pushes extends object> = (leave: Leave<Pushes>) => Awaitable<void>

export interface Leave<Pushes extends object = Record<string, unknown>> {
  readonly channel: Channel<Pushes>
  readonly uid: string
  readonly frontendId: string
  readonly cause: LeaveCause
}

export type TakeOverListener<Pushes extends object> = (taken: TakenOver<Pushes>) => Awaitable<void>

export interface TakenOver<Pushes extends object = Record<string, unknown>> {
  readonly channel: Channel<Pushes>
  /** What the server before said in `onHandOver`; undefined when it died or had nothing to say. */
  readonly state: unknown
}

export type HandOverListener<Pushes extends object> = (handed: HandedOver<Pushes>) => unknown

export interface HandedOver<Pushes extends object = Record<string, unknown>> {
  readonly channel: Channel<Pushes>
  /** The server that has it now. */
  readonly to: ServerAddress
}

type AnyPushes = Record<string, unknown>

/** How long the application may take to say what it knows of a channel that it gives away: the next owner waits. */
const stateTimeoutMs = 250

/** The application's listeners to what becomes of channels. */
export class ChannelListeners {
  readonly #options: { readonly callTimeoutMs: number; readonly log: Log }
  readonly #leave = new Set<LeaveListener<AnyPushes>>()
  readonly #takeOver = new Set<TakeOverListener<AnyPushes>>()
  readonly #handOver = new Set<HandOverListener<AnyPushes>>()

  constructor(options: { readonly callTimeoutMs: number; readonly log: Log }) {
    this.#options = options
  }

  onLeave(listener: LeaveListener<AnyPushes>): () => void {
    return add(this.#leave, listener)
  }

  onTakeOver(listener: TakeOverListener<AnyPushes>): () => void {
    return add(this.#takeOver, listener)
  }

  onHandOver(listener: HandOverListener<AnyPushes>): () => void {
    return add(this.#handOver, listener)
  }

  left(leave: Leave): void {
    for (const listener of this.#leave) void this.#run(leave.channel.name, () => listener(leave))
  }

  forgetLeaves(): void {
    this.#leave.clear()
  }

  async takenOver(taken: TakenOver): Promise<void> {
    const { name } = taken.channel
    const { callTimeoutMs } = this.#options
    await Promise.all(
      [...this.#takeOver].map((listener) => this.#await(name, callTimeoutMs, () => listener(taken))),
    )
  }

  async stateOf(handed: HandedOver): Promise<unknown> {
    let state: unknown
    for (const listener of this.#handOver) {
      await this.#await(handed.channel.name, stateTimeoutMs, async () => {
        state = (await listener(handed)) ?? state
      })
    }
    return state
  }

  /** What the application does not do in time must not hold up its server's work, nor the next owner. */
  async #await(channel: string, limitMs: number, tell: () => Awaitable<void>): Promise<void> {
    if (await within(limitMs, this.#run(channel, tell))) return
    this.#options.log.error(
      { channel, limitMs },
      'a listener to channels takes too long, and is not waited for',
    )
  }

  async #run(channel: string, tell: () => Awaitable<void>): Promise<void> {
    try {
      await tell()
    } catch (error) {
      this.#options.log.error({ err: error, channel }, 'a listener to channels failed')
    }
  }
}

function add<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
