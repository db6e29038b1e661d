import type { Awaitable } from '@shaddock/protocol'
import type { ServerAddress, ServerInfo } from '../server-info.ts'

/**
 * Who is there. A server is there from its `join` to its `leave`, the loss of its link, or its silence: then the link is cut.
 * So of two that live, none is down for the other alone: before either sees the other again, each has seen it go.
 */
export interface Membership {
  readonly self: ServerInfo
  /** The servers of a type that are there now, in the order of their ids. The same array until it changes. */
  servers(type: string): readonly ServerInfo[]
  find(id: string): ServerInfo | undefined
  all(): readonly ServerInfo[]
  /** Opens the bus and hears of the others: of all who join from now on, and of those who have. */
  open(): Promise<void>
  /** Another server says that `server` is there: as good as a beat of its own. */
  hear(server: ServerInfo): void
  /**
   * Another server has lost `server`: it is down here too, if it has been silent for half the time. If not, it is asked for
   * a sign, so that the loss of its link is noticed. So servers do not differ about one for long.
   */
  doubt(server: ServerAddress): void
  /**
   * Whether this process stood still for so long that the others have given it up. What it reads now, over a link that was
   * made before (`linkedAt` in milliseconds of `performance.now`), was said to it before that, and is settled otherwise.
   */
  isOverdue(linkedAt: number): boolean
  /** Whether a change has been seen here. */
  hasSeen(change: Change): boolean
  /** Says that this server is ready for calls. */
  join(): void
  /** Says that no new calls should come. */
  leave(): void
  /** Ends listening, watching and beating. */
  close(): void
  /** Calls `listener` after each change. Returns the undo. */
  onChange(listener: MembershipListener): () => void
}

export type MembershipListener = (
  joined: readonly ServerInfo[],
  left: readonly ServerInfo[],
  /** How those in `left` went: `left` in order, finishing what they have begun, or `down`. */
  how: 'left' | 'down',
) => Awaitable<void>

/** A server that has come or gone. */
export interface Change {
  readonly kind: 'joined' | 'gone'
  readonly server: ServerAddress
}
