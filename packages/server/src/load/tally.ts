import { Latencies } from './latencies.ts'

/** Counts what happens. */
export class Tally {
  sent = 0
  answered = 0
  deliveries = 0
  readonly requests = new Latencies()
  readonly delivering = new Latencies()
  /** How late messages with a schedule left. */
  readonly late = new Latencies()
  /** What failed, and how often. */
  readonly errors = new Map<string, number>()

  addError(what: string): void {
    this.errors.set(what, (this.errors.get(what) ?? 0) + 1)
  }

  get errorCount(): number {
    return this.errors.values().reduce((sum, count) => sum + count, 0)
  }
}
