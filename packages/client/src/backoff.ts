import { maxTimerMs } from './timer.ts'

/** How long to wait before each attempt to connect again. */
export interface Backoff {
  /** @default 250 */
  readonly minMs?: number
  /** @default 10_000 */
  readonly maxMs?: number
  /** @default 2 */
  readonly factor?: number
  /**
   * `full` waits for a random part of the time, so that the clients of a dead server do not come back all at
   * once.
   * @default 'full'
   */
  readonly jitter?: 'full' | 'none'
}

/**
 * Returns the delay before an attempt, counted from 0: `minMs` times `factor` for each that failed, up to
 * `maxMs`.
 */
export function backoffMs(backoff: Backoff, attempt: number, random: () => number = Math.random): number {
  const { minMs = 250, maxMs = 10_000, factor = 2, jitter = 'full' } = backoff
  const ceilingMs = Math.min(minMs * factor ** attempt, maxMs, maxTimerMs)
  return jitter === 'full' ? random() * ceilingMs : ceilingMs
}
