import type { ServerEntry } from '../config/config.ts'
import type { ServerInfo } from '../server-info.ts'
import type { ServerStats } from '../system/stats.ts'

/** One life of a server, from its launch to its end. */
export interface Life {
  /** Of its process; undefined if that could not be started. */
  readonly pid: number | undefined
  /**
   * Resolves when clients and servers can call it.
   * @throws {SetupError} it cannot start, or ended before; `ended` resolves too.
   */
  readonly ready: Promise<ServerInfo>
  /** Resolves with how it ended: `exit code 1`, `SIGKILL`. */
  readonly ended: Promise<string>
  /** Asks it to end. */
  stop(): void
  /** Ends it now. */
  kill(): void
  /** @throws {ServerError} it does not answer. */
  stats(): Promise<ServerStats>
}

/** Begins a life of a server: as a process, or in this one. */
export type Launch = (entry: ServerEntry) => Life
