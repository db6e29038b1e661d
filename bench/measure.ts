import { doubtsOf } from '../packages/server/src/load/doubts.ts'
import type { PhaseResult, Result } from '../packages/server/src/load/result.ts'
import { generateWhole } from './generate.ts'
import { Refusal } from './refusal.ts'
import { median } from './statistics.ts'
import type { System } from './system.ts'
import { phaseNames } from './works.ts'
import type { Seconds, Unit, Work } from './works.ts'

/** The numbers of one run, or of several their medians. NaN is what has not been found out. */
export interface Numbers {
  /** Microseconds of the servers' CPU for a unit of the work. */
  readonly cpu: number
  readonly answersPerSecond: number
  readonly deliveriesPerSecond: number
  /** Milliseconds from when a message was due to its answer or delivery, whichever is a unit of the work. */
  readonly p50: number
  readonly p99: number
  /** What a logged in client takes, where that is the work. */
  readonly kilobytes: number
  /** Of the load generator, as a share of one processor. */
  readonly ownCpu: number
}

export interface MeasureOptions {
  readonly seconds: Seconds
  /** Whether numbers count that the load generator may have made. */
  readonly isLenient: boolean
}

/** Does a work on a system. @throws {Refusal} the numbers say nothing of it. */
export async function measure(
  work: Work,
  system: System,
  { seconds, isLenient }: MeasureOptions,
): Promise<Numbers> {
  const scenario = work.scenario(system, seconds)
  const result = await generateWhole({ scenario, pids: [system.pid], dialect: system.dialect })
  const errors = result.phases.flatMap((phase) => Object.entries(phase.errors))
  if (errors.length > 0) throw new Refusal(errors.map(([what, count]) => `${count} × ${what}`).join(', '))
  const doubts = (name: string) => {
    const phase = result.phases.filter((each) => each.name === name)
    return isLenient ? [] : doubtsOf(phase, scenario.maxLateMs)
  }
  if (doubts(phaseNames.most).length > 0)
    throw new Refusal(`the load generator was the bottleneck: ${doubts(phaseNames.most).join(', ')}`)
  const numbers = numbersOf(work.unit, result)
  // a machine with much else to do makes times worthless, not what the servers used
  return doubts(phaseNames.paced).length > 0 ? { ...numbers, p50: NaN, p99: NaN } : numbers
}

/** Returns the median of each number, of those runs that found it out. */
export function medians(all: readonly Numbers[]): Numbers {
  const middle = (key: keyof Numbers) =>
    median(all.map((each) => each[key]).filter((value) => !Number.isNaN(value)))
  return {
    cpu: middle('cpu'),
    answersPerSecond: middle('answersPerSecond'),
    deliveriesPerSecond: middle('deliveriesPerSecond'),
    p50: middle('p50'),
    p99: middle('p99'),
    kilobytes: middle('kilobytes'),
    ownCpu: middle('ownCpu'),
  }
}

function numbersOf(unit: Unit, result: Result): Numbers {
  const { entering, phases } = result
  const most = phases.find(({ name }) => name === phaseNames.most)!
  const { answered, deliveries, seconds, own } = most
  const units = { answer: answered, delivery: deliveries, login: entering.count }[unit]
  const cpuSeconds = unit === 'login' ? entering.server?.cpuSeconds : most.server?.cpuSeconds
  const growth = (most.server?.memoryBytes ?? 0) - (entering.server?.memoryBytesBefore ?? 0)
  const { p50, p99 } = timesOf(unit, result, phases.at(-1)!)
  return {
    cpu: ((cpuSeconds ?? 0) * 1e6) / units,
    answersPerSecond: answered / seconds,
    deliveriesPerSecond: deliveries / seconds,
    p50,
    p99,
    kilobytes: unit === 'login' ? growth / 1024 / entering.count : NaN,
    ownCpu: own.cpu,
  }
}

function timesOf(unit: Unit, { entering }: Result, { delivering, requests }: PhaseResult) {
  if (unit === 'login') return entering.took
  return unit === 'delivery' ? delivering : requests
}
