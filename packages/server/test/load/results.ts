import type { PhaseResult, Result, Sample } from '../../src/load/result.ts'

const percentiles = { count: 100, p50: 1.2, p90: 3.4, p99: 12, p999: 80, max: 130 }
const none = { count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 }

export function phaseOf(change: Partial<PhaseResult> = {}): PhaseResult {
  return {
    name: 'talk',
    measured: true,
    seconds: 2,
    connected: 20,
    sent: 200,
    answered: 200,
    deliveries: 1_000,
    requests: percentiles,
    delivering: percentiles,
    late: none,
    errors: {},
    own: { cpu: 0.2, lagP99Ms: 1 },
    ...change,
  }
}

export function resultOf(change: Partial<Result> = {}): Result {
  return {
    startedAt: '2026-01-02T03:04:05.678Z',
    machine: { node: 'v24.0.0', system: 'linux x64', processor: 'One & Only', processors: 2 },
    clients: 20,
    entering: { count: 20, seconds: 0.5, took: percentiles },
    phases: [phaseOf()],
    timeline: [1, 2, 3].map(sampleAt),
    closed: {},
    failed: {},
    interrupted: false,
    doubts: [],
    ...change,
  }
}

function sampleAt(atSeconds: number): Sample {
  return {
    atSeconds,
    phase: atSeconds === 1 ? 'connecting' : 'talk',
    connected: 20,
    requestsPerSecond: 100,
    deliveriesPerSecond: 500,
    requests: atSeconds === 1 ? none : percentiles,
    delivering: percentiles,
    late: none,
    errors: 0,
    server: { cpu: 0.5, cpuSeconds: atSeconds / 2, memoryBytes: 100e6, processes: 2 },
  }
}
