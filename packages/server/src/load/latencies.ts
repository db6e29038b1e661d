import { createHistogram } from 'node:perf_hooks'
import type { RecordableHistogram } from 'node:perf_hooks'

/** How long things took, in milliseconds. All zero when `count` is. */
export interface Percentiles {
  readonly count: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

/** Counts durations in HDR histograms, three digits exact: one of the time since `takeRecent`, one of all. */
export class Latencies {
  readonly #recent = createMicroseconds()
  readonly #earlier = createMicroseconds()

  record(ms: number): void {
    // a histogram counts from 1: what is faster than a microsecond took one
    this.#recent.record(ms < 0.001 ? 1 : Math.min(Math.round(ms * 1_000), longestUs))
  }

  /** Returns what was recorded since the last call. */
  takeRecent(): Percentiles {
    const recent = toPercentiles(this.#recent)
    this.#earlier.add(this.#recent)
    this.#recent.reset()
    return recent
  }

  /** Returns everything recorded. */
  total(): Percentiles {
    this.takeRecent()
    return toPercentiles(this.#earlier)
  }
}

const longestUs = 3_600_000_000

function createMicroseconds(): RecordableHistogram {
  return createHistogram({ lowest: 1, highest: longestUs, figures: 3 })
}

function toPercentiles(histogram: RecordableHistogram): Percentiles {
  const { count } = histogram
  if (count === 0) return { count, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 }
  const at = (percent: number) => histogram.percentile(percent) / 1_000
  return { count, p50: at(50), p90: at(90), p99: at(99), p999: at(99.9), max: histogram.max / 1_000 }
}
