import type { Percentiles } from './latencies.ts'
import {
  formatLatency,
  formatMebibytes,
  formatMicroseconds,
  formatNumber,
  formatShare,
  sumOf,
} from './numbers.ts'
import type { PhaseResult, Result, Sample } from './result.ts'

/** A table: a head, and rows of as many cells. */
export interface Table {
  readonly title: string
  readonly rows: readonly (readonly string[])[]
}

/** Returns what a result says of the phases that were measured. */
export function tablesOf(result: Result): Table[] {
  const phases = result.phases.filter(({ measured }) => measured)
  const answered = phases.filter(({ requests }) => requests.count > 0)
  const delivered = phases.filter(({ deliveries }) => deliveries > 0)
  const tables = [
    { title: 'Phases', rows: [phaseHead, ...phases.map(phaseRow)] },
    {
      title: 'Answers',
      rows: [latencyHead, ...answered.map((phase) => latencyRow(phase.name, phase.requests))],
    },
    {
      title: 'Deliveries',
      rows: [latencyHead, ...delivered.map((phase) => latencyRow(phase.name, phase.delivering))],
    },
    { title: 'Servers', rows: [serverHead, ...phases.flatMap(serverRows)] },
    { title: 'Failures', rows: [failureHead, ...failureRows(result)] },
  ]
  return tables.filter(({ rows }) => rows.length > 1)
}

/** Returns how the clients came in, in a sentence. */
export function describeEntering({ entering, clients }: Result): string {
  const { count, seconds, took, server } = entering
  const cost =
    server && count > 0
      ? `; each cost the servers ${formatMicroseconds((server.cpuSeconds * 1e6) / count)} and ` +
        `${formatNumber((server.memoryBytes - server.memoryBytesBefore) / 1024 / count)} KB`
      : ''
  return (
    `${formatNumber(count)} of ${formatNumber(clients)} clients in ${seconds.toFixed(1)} s, ` +
    `p50 ${formatLatency(took.p50)}, p99 ${formatLatency(took.p99)}${cost}`
  )
}

/** Returns a sample as one line. */
export function describeSample(sample: Sample): string {
  const { atSeconds, phase, connected, requests, delivering, errors } = sample
  const p99 = Math.max(requests.p99, delivering.p99)
  return [
    `${atSeconds.toFixed(0).padStart(4)} s`,
    phase,
    `${formatNumber(connected)} connected`,
    `${formatNumber(sample.requestsPerSecond)} answers/s`,
    `${formatNumber(sample.deliveriesPerSecond)} deliveries/s`,
    `p99 ${formatLatency(p99)}`,
    `${formatNumber(errors)} errors`,
  ].join('  ')
}

const phaseHead = [
  'phase',
  'seconds',
  'clients',
  'sent/s',
  'answers/s',
  'deliveries/s',
  'errors',
  'late p99',
  'own CPU',
]

function phaseRow(phase: PhaseResult): string[] {
  const { name, seconds, connected, sent, answered, deliveries, errors, late, own } = phase
  return [
    name,
    seconds.toFixed(1),
    formatNumber(connected),
    formatNumber(sent / seconds),
    formatNumber(answered / seconds),
    formatNumber(deliveries / seconds),
    formatNumber(sumOf(errors)),
    late.count === 0 ? '–' : formatLatency(late.p99),
    formatShare(own.cpu),
  ]
}

const latencyHead = ['phase', 'count', 'p50', 'p90', 'p99', 'p99.9', 'max']

function latencyRow(name: string, { count, p50, p90, p99, p999, max }: Percentiles): string[] {
  return [name, formatNumber(count), ...[p50, p90, p99, p999, max].map(formatLatency)]
}

const serverHead = ['phase', 'CPU', 'CPU an answer', 'CPU a delivery', 'memory']

function serverRows({ name, seconds, answered, deliveries, server }: PhaseResult): string[][] {
  if (!server) return []
  const each = (count: number) => (count === 0 ? '–' : formatMicroseconds((server.cpuSeconds * 1e6) / count))
  const cpu = formatShare(server.cpuSeconds / seconds)
  return [[name, cpu, each(answered), each(deliveries), formatMebibytes(server.memoryBytes)]]
}

const failureHead = ['when', 'what', 'count']

function failureRows({ failed, closed, phases }: Result): string[][] {
  const rows = (when: string, counts: Readonly<Record<string, number>>) =>
    Object.entries(counts).map(([what, count]) => [when, what, formatNumber(count)])
  return [
    ...rows('entering', failed),
    ...phases.flatMap(({ name, errors }) => rows(name, errors)),
    ...rows('connected', closed),
  ]
}
