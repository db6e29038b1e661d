import type { Result } from '../packages/server/src/load/result.ts'
import { generate } from './generate.ts'
import { startSystem } from './system.ts'
import type { SystemChoice } from './systems.ts'
import type { Seconds, Work } from './works.ts'

/** The numbers of one run, or of several their medians. */
export interface Numbers {
  /** Microseconds of the servers' CPU for a unit of the work. */
  readonly cpu: number
  readonly answersPerSecond: number
  readonly deliveriesPerSecond: number
  readonly p50: number
  readonly p99: number
  /** What a logged in client takes, where that is the work. */
  readonly kilobytes: number
  readonly ownCpu: number
}

/** What came of a run. */
export type Outcome = { readonly numbers: Numbers } | { readonly refusal: string }

/** Starts a system, does the work, and ends it. */
export async function measure(
  choice: SystemChoice,
  work: Work,
  seconds: Seconds,
  isLenient: boolean,
): Promise<Outcome> {
  await using system = await startSystem(choice.name, await choice.launch())
  const scenario = work.scenario(system, seconds)
  const result = await generate({ scenario, pids: [system.pid], dialect: system.dialect })
  const numbers = numbersOf(work, result)
  const missing = scenario.clients - result.entering.count
  if (missing > 0)
    return { refusal: `${missing} clients could not enter: ${Object.keys(result.failed).join('; ')}` }
  const errors = Object.entries(result.phases.at(-1)?.errors ?? {})
  if (errors.length > 0) return { refusal: errors.map(([what, count]) => `${count} × ${what}`).join(', ') }
  if (result.doubts.length > 0 && !isLenient)
    return { refusal: `the load generator: ${result.doubts.join(', ')}` }
  return { numbers }
}

/** Returns the median of each number. */
export function medians(all: readonly Numbers[]): Numbers {
  const median = (key: keyof Numbers) =>
    all.map((each) => each[key]).sort((a, b) => a - b)[(all.length - 1) >> 1]!
  return {
    cpu: median('cpu'),
    answersPerSecond: median('answersPerSecond'),
    deliveriesPerSecond: median('deliveriesPerSecond'),
    p50: median('p50'),
    p99: median('p99'),
    kilobytes: median('kilobytes'),
    ownCpu: median('ownCpu'),
  }
}

function numbersOf({ unit }: Work, { entering, phases }: Result): Numbers {
  const phase = phases.at(-1)!
  const { answered, deliveries, seconds, requests, own } = phase
  const units = { answer: answered, delivery: deliveries, login: entering.count }[unit]
  const cpuSeconds = unit === 'login' ? entering.server?.cpuSeconds : phase.server?.cpuSeconds
  const growth = (phase.server?.memoryBytes ?? 0) - (entering.server?.memoryBytesBefore ?? 0)
  const latencies = unit === 'login' ? entering.took : requests
  return {
    cpu: ((cpuSeconds ?? 0) * 1e6) / units,
    answersPerSecond: answered / seconds,
    deliveriesPerSecond: deliveries / seconds,
    p50: latencies.p50,
    p99: latencies.p99,
    kilobytes: unit === 'login' ? growth / 1024 / entering.count : 0,
    ownCpu: own.cpu,
  }
}
