import type { Percentiles } from './latencies.ts'
import type { OwnUsage } from './own-usage.ts'
import type { ServerUsage } from './server-processes.ts'

/** What a run found. All durations of `Percentiles` are milliseconds. */
export interface Result {
  readonly startedAt: string
  readonly machine: Machine
  /** What was asked for. */
  readonly clients: number
  readonly entering: Entering
  readonly phases: readonly PhaseResult[]
  readonly timeline: readonly Sample[]
  /** Why connections closed that were meant to stay, and how many. */
  readonly closed: Readonly<Record<string, number>>
  /** Why clients could not enter, and how many. */
  readonly failed: Readonly<Record<string, number>>
  readonly interrupted: boolean
  /** Why the numbers say nothing: the load generator was the bottleneck. Empty when it was not. */
  readonly doubts: readonly string[]
}

export interface Machine {
  readonly node: string
  readonly system: string
  readonly processor: string
  readonly processors: number
}

/** How the clients got in. */
export interface Entering {
  readonly count: number
  readonly seconds: number
  /** From the first connection to the last answer of the login. */
  readonly took: Percentiles
  readonly server?: ServerWork & { readonly memoryBytesBefore: number }
}

/** What the servers did meanwhile; present where the run was told their pids. */
export interface ServerWork {
  readonly cpuSeconds: number
  /** At the end. */
  readonly memoryBytes: number
}

export interface PhaseResult {
  readonly name: string
  readonly measured: boolean
  readonly seconds: number
  /** Connected at the end. */
  readonly connected: number
  readonly sent: number
  readonly answered: number
  readonly deliveries: number
  /** From when a request was due, which is when the schedule said, or when it was sent. */
  readonly requests: Percentiles
  /** From when the message was due that caused it. */
  readonly delivering: Percentiles
  /** How late scheduled messages left. */
  readonly late: Percentiles
  readonly errors: Readonly<Record<string, number>>
  readonly own: OwnUsage
  readonly server?: ServerWork
}

/** What one second, or less at the end of a phase, looked like. */
export interface Sample {
  /** Since the start of the run. */
  readonly atSeconds: number
  readonly phase: string
  readonly connected: number
  readonly requestsPerSecond: number
  readonly deliveriesPerSecond: number
  readonly requests: Percentiles
  readonly delivering: Percentiles
  /** How late scheduled messages left. */
  readonly late: Percentiles
  /** Since the start of the phase. */
  readonly errors: number
  /** Absent when the run was told no pids. */
  readonly server?: ServerUsage & { readonly cpu: number }
}
