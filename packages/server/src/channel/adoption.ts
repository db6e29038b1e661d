import type { Change } from '../cluster/membership.ts'
import type { ServerAddress } from '../server-info.ts'

/** Members whom a frontend hands over to the server that their channel has become the next owner of. */
export interface Adoption {
  /** The channel's name. */
  readonly name: string
  readonly uids: readonly string[]
  /** What moved the channel. Absent for a member who joined while it moved. */
  readonly change?: Change
  /** The server that had it, if it is there: it may have begun something in it. */
  readonly from?: ServerAddress
}

/** What the application said of a channel when it gave it away. */
export interface HandedChannel {
  readonly name: string
  readonly state?: unknown
}
