import type { BusName, Fault } from './faults.ts'
import type { Verdict } from './verdict.ts'

/** What came of a fault: a verdict, unless it could not be brought about. */
export interface Row {
  readonly bus: BusName
  readonly fault: Fault
  readonly verdict?: Verdict
  readonly failure?: unknown
}

/** Returns what should not have been, in words. */
export function complaintsOf({ fault, verdict, failure }: Row): readonly string[] {
  if (verdict === undefined) return [String(failure)]
  const { recoveredMs, unanswered, lost, doubled, reordered, ghosts } = verdict
  return [
    ...(recoveredMs > fault.recoverMs ? [`not whole for ${Math.round(recoveredMs)} ms`] : []),
    ...Object.entries({ unanswered, lost: fault.mayLose ? 0 : lost, doubled, reordered, ghosts })
      .filter(([, times]) => times > 0)
      .map(([what, times]) => `${times} ${what}`),
  ]
}

/** Returns a table in Markdown, which is to be read as it is too. */
export function toTable(rows: readonly Row[]): string {
  const cells = [head, ...rows.map(toCells)]
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)))
  const lines = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)))
  const [first = [], ...others] = lines
  return [first, widths.map((width) => '-'.repeat(width)), ...others]
    .map((row) => `| ${row.join(' | ')} |\n`)
    .join('')
}

const head = [
  'Bus',
  'Fault',
  'Whole again',
  'Unanswered',
  'Refused',
  'Lost',
  'Doubled',
  'Reordered',
  'Ghosts',
]

function toCells({ bus, fault, verdict }: Row): readonly string[] {
  if (verdict === undefined) return [bus, fault.name, 'failed', ...head.slice(3).map(() => '–')]
  const { recoveredMs, unanswered, refused, lost, doubled, reordered, ghosts } = verdict
  const codes = [...refused].map(([code, times]) => `${times} × ${code}`).join(', ') || '0'
  const counts = [lost, doubled, reordered, ghosts].map(String)
  return [bus, fault.name, `${(recoveredMs / 1_000).toFixed(1)} s`, String(unanswered), codes, ...counts]
}
