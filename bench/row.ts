import { formatTable } from '../packages/server/src/cli/format.ts'
import {
  formatLatency,
  formatMicroseconds,
  formatNumber,
  formatShare,
} from '../packages/server/src/load/numbers.ts'
import type { Numbers } from './measure.ts'
import type { Work } from './works.ts'

/** A line of the table. */
export interface Row {
  readonly system: string
  readonly work: string
  readonly numbers?: Numbers
  /** Why there are none. */
  readonly refusal?: string
}

/** Returns what systems did of one work as lines. */
export function formatRows({ unit }: Work, rows: readonly Row[]): string {
  const floor = rows.find(({ system }) => system === 'floor')?.numbers
  const rates = unit === 'login' ? ['KB a client', '× floor'] : ['answers/s', 'deliveries/s']
  const cpuHead = unit === 'answer' ? 'CPU an answer' : `CPU a ${unit}`
  const head = ['', cpuHead, '× floor', ...rates, 'p50', 'p99', 'own CPU']
  const lines = rows.flatMap(({ system, numbers }) => {
    if (!numbers) return []
    const { cpu, answersPerSecond, deliveriesPerSecond, kilobytes, p50, p99, ownCpu } = numbers
    const cells =
      unit === 'login'
        ? [kilobytes.toFixed(1), ratio(kilobytes, floor?.kilobytes)]
        : [formatNumber(answersPerSecond), formatNumber(deliveriesPerSecond)]
    const times = [p50, p99].map((ms) => (Number.isNaN(ms) ? '–' : formatLatency(ms)))
    return [
      [
        `  ${system}`,
        formatMicroseconds(cpu),
        ratio(cpu, floor?.cpu),
        ...cells,
        ...times,
        formatShare(ownCpu),
      ],
    ]
  })
  const refusals = rows.flatMap(({ system, refusal }) =>
    refusal === undefined ? [] : [`  ${system}: no result: ${refusal}\n`],
  )
  return formatTable([head, ...lines], new Set(head.keys().drop(1))) + refusals.join('')
}

function ratio(value: number, floor: number | undefined): string {
  return floor ? (value / floor).toFixed(2) : '–'
}
