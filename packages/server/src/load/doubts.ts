import type { PhaseResult } from './result.ts'

/** Of one processor: a generator that is this busy measures itself. */
const maxOwnCpu = 0.9

/** Returns why the load generator, rather than the servers, may have made the numbers of these phases. */
export function doubtsOf(phases: readonly PhaseResult[], maxLateMs: number): string[] {
  return phases.filter(({ measured }) => measured).flatMap((phase) => doubtsOfPhase(phase, maxLateMs))
}

function doubtsOfPhase({ name, own, late }: PhaseResult, maxLateMs: number): string[] {
  const doubts: string[] = []
  if (own.cpu > maxOwnCpu) {
    doubts.push(`${name}: it used ${percent(own.cpu)} of a processor, more than ${percent(maxOwnCpu)}`)
  }
  if (late.p99 > maxLateMs) {
    doubts.push(
      `${name}: one message in a hundred left over ${late.p99.toFixed(1)} ms late, more than ${maxLateMs} ms`,
    )
  }
  return doubts
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
