import { monitorEventLoopDelay } from 'node:perf_hooks'

/** What the load generator itself took. */
export interface OwnUsage {
  /** Of one processor: 1 is all that a program of one thread can have. */
  readonly cpu: number
  /** How late the event loop ran timers, at the 99th percentile. */
  readonly lagP99Ms: number
}

/** Measures this process from its creation to `stop`. */
export class OwnMeter {
  readonly #startedAtMs = performance.now()
  readonly #cpu = process.cpuUsage()
  readonly #lag = monitorEventLoopDelay({ resolution: resolutionMs })

  constructor() {
    this.#lag.enable()
  }

  stop(): OwnUsage {
    this.#lag.disable()
    const { user, system } = process.cpuUsage(this.#cpu)
    const elapsedMs = performance.now() - this.#startedAtMs
    const lagMs = this.#lag.count === 0 ? 0 : this.#lag.percentile(99) / 1e6 - resolutionMs
    return { cpu: (user + system) / 1_000 / elapsedMs, lagP99Ms: Math.max(0, lagMs) }
  }
}

const resolutionMs = 10
