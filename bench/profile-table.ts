import { formatTable } from '../packages/server/src/cli/format.ts'
import { formatNumber, formatShare } from '../packages/server/src/load/numbers.ts'
import type { Span, TimeByPart } from './cpu-profile.ts'

/** What was measured. */
export interface Measured {
  readonly unit: string
  readonly units: number
  readonly span: Span
}

/** Returns a table of what each role of process spent its time on, for a unit of the work. */
export function describeProfiles(
  byRole: ReadonlyMap<string, readonly TimeByPart[]>,
  { unit, units, span }: Measured,
): string {
  const roles = [...byRole]
    .map(([role, profiles]) => {
      const parts = sum(profiles)
      const spanUs = (span.toUs - span.fromUs) * profiles.length
      return {
        role: profiles.length > 1 ? `${profiles.length} × ${role}` : role,
        parts,
        spanUs,
        busyUs: busyUs(parts),
      }
    })
    .filter((role) => role.busyUs > leastLoad * role.spanUs)
    .toSorted((a, b) => b.busyUs - a.busyUs)
  const total = (name: string) => roles.reduce((all, { parts }) => all + (parts.get(name) ?? 0), 0)
  const isLarge = (name: string) =>
    roles.some(({ parts, busyUs }) => (parts.get(name) ?? 0) >= leastShare * busyUs)
  const names = [...new Set(roles.flatMap(({ parts }) => [...parts.keys()]))].filter((name) => name !== idle)
  const large = names.filter(isLarge).toSorted((a, b) => total(b) - total(a))
  const row = (name: string, of: (parts: TimeByPart) => number) => [
    name,
    ...roles.flatMap(({ parts, busyUs }) => [
      (of(parts) / units).toFixed(2),
      formatShare(of(parts) / busyUs),
    ]),
  ]
  const rows = [
    ['', ...roles.flatMap(({ role }) => [role, ''])],
    ...large.map((name) => row(name, (parts) => parts.get(name) ?? 0)),
    row(
      'what is less',
      (parts) => busyUs(parts) - large.reduce((all, name) => all + (parts.get(name) ?? 0), 0),
    ),
    row('all', busyUs),
    ['of a processor', ...roles.flatMap(({ busyUs, spanUs }) => [formatShare(busyUs / spanUs), ''])],
  ]
  const table = formatTable(rows, new Set(rows[0]!.keys().drop(1)))
  return `microseconds for each of ${formatNumber(units)} ${unit === 'answer' ? 'answers' : 'deliveries'}\n\n${table}`
}

const idle = 'idle'
/** Of a processor: processes that do less are left out. */
const leastLoad = 0.01
/** Of a process: parts that take less in all are joined. */
const leastShare = 0.01

function busyUs(parts: TimeByPart): number {
  return parts.entries().reduce((all, [name, us]) => (name === idle ? all : all + us), 0)
}

function sum(all: readonly TimeByPart[]): TimeByPart {
  const total = new Map<string, number>()
  for (const parts of all) for (const [name, us] of parts) total.set(name, (total.get(name) ?? 0) + us)
  return total
}
