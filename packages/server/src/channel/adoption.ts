import type { Change } from '../cluster/membership.ts'

/** Members whom a frontend hands over to the server that their channel has become the next owner of. */
export interface Adoption {
  /** The channel's name. */
  readonly name: string
  readonly uids: readonly string[]
  /** What moved the channel. Absent for a member who joined while it moved. */
  readonly change?: Change
}

/** What the application said of a channel when it gave it away. */
export interface HandedChannel {
  readonly name: string
  readonly state?: unknown
}
