import type { BusName, Fault } from './faults.ts'
import type { Findings } from './run.ts'

/** What came of a fault: findings, unless it could not be brought about. */
export interface Row {
  readonly bus: BusName
  readonly fault: Fault
  readonly findings?: Findings
  /** Why it was not tried. */
  readonly absence?: string
  readonly failure?: unknown
}

/** Returns what should not have been, in words. */
export function complaintsOf({ fault, findings, absence, failure }: Row): readonly string[] {
  if (absence !== undefined) return []
  if (findings === undefined) return [String(failure)]
  const { recoveredMs, unanswered, lost, doubled, reordered, ghosts, downMs } = findings
  const lastDownMs = Math.max(0, ...downMs)
  return [
    ...(recoveredMs > fault.recoverMs ? [`not whole for ${Math.round(recoveredMs)} ms`] : []),
    ...(lastDownMs > (fault.downMs ?? Infinity) ? [`not down for ${Math.round(lastDownMs)} ms`] : []),
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
  'Down',
  'Whole again',
  'Unanswered',
  'Refused',
  'Lost',
  'Doubled',
  'Reordered',
  'Ghosts',
]

function toCells({ bus, fault, findings, absence }: Row): readonly string[] {
  if (findings === undefined) {
    return [bus, fault.name, absence === undefined ? 'failed' : 'left out', ...head.slice(3).map(() => '–')]
  }
  const { recoveredMs, unanswered, refused, lost, doubled, reordered, ghosts, downMs } = findings
  const down = downMs.filter(Number.isFinite)
  const codes = [...refused].map(([code, times]) => `${times} × ${code}`).join(', ') || '0'
  const times = [down.length > 0 ? seconds(Math.max(...down)) : '–', seconds(recoveredMs)]
  const counts = [lost, doubled, reordered, ghosts].map(String)
  return [bus, fault.name, ...times, String(unanswered), codes, ...counts]
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`
}
