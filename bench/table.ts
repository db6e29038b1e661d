// The table: each system does each work in turn. `npm run bench -- --help`
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { formatTable } from '../packages/server/src/cli/format.ts'
import {
  formatLatency,
  formatMicroseconds,
  formatNumber,
  formatShare,
} from '../packages/server/src/load/numbers.ts'
import { measure, medians } from './measure.ts'
import type { Numbers, Outcome } from './measure.ts'
import { choose, readOptions, usage } from './options.ts'
import type { TableOptions } from './options.ts'
import { listSystems } from './systems.ts'
import type { SystemChoice } from './systems.ts'
import { works } from './works.ts'
import type { Work } from './works.ts'

/** A line of the table. */
interface Row {
  readonly system: string
  readonly work: string
  readonly numbers?: Numbers
  readonly refusal?: string
}

const options = readOptions(process.argv.slice(2))
if (options) await printTable(options)
else console.log(usage)

async function printTable(options: TableOptions): Promise<void> {
  const systems = choose(listSystems(), options.only)
  for (const { name, absence } of systems)
    if (absence !== undefined) console.log(`${name}: skipped, ${absence}`)
  const present = systems.filter(({ absence }) => absence === undefined)
  const [cpu] = cpus()
  console.log(`${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, Node ${process.version}`)
  console.log('Servers and load generator share them: compare the ratios of one run, not times of two.\n')
  const rows: Row[] = []
  for (const work of choose(works, options.work)) {
    console.log(`${work.name}: ${work.says}`)
    const ofWork = await doWork(work, present, options)
    console.log(format(work, ofWork))
    rows.push(...ofWork)
  }
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`)
  if (rows.some(({ numbers }) => numbers === undefined)) process.exitCode = 1
}

/** In turn, so that a slow minute of the machine hits all. */
async function doWork(work: Work, systems: readonly SystemChoice[], options: TableOptions): Promise<Row[]> {
  const { runs, secs, smoke, force } = options
  const seconds = { warm: smoke ? 0.3 : 2, measured: secs }
  const outcomes = new Map<SystemChoice, Outcome[]>(systems.map((system) => [system, []]))
  for (let run = 0; run < runs; run++) {
    for (const [system, list] of outcomes)
      list.push(await attempt(system, work, () => measure(system, work, seconds, smoke || force)))
  }
  return [...outcomes].map(([{ name }, list]) => {
    const numbers = list.flatMap((outcome) => ('numbers' in outcome ? [outcome.numbers] : []))
    if (numbers.length > 0) return { system: name, work: work.name, numbers: medians(numbers) }
    const refusals = list.flatMap((outcome) => ('refusal' in outcome ? [outcome.refusal] : []))
    return { system: name, work: work.name, refusal: refusals[0] ?? 'no run' }
  })
}

async function attempt({ name }: SystemChoice, work: Work, run: () => Promise<Outcome>): Promise<Outcome> {
  try {
    return await run()
  } catch (error) {
    return { refusal: `${name} failed at ${work.name}: ${String(error)}` }
  }
}

function format({ unit }: Work, rows: readonly Row[]): string {
  const floor = rows.find(({ system }) => system === 'floor')?.numbers
  const rates = unit === 'login' ? ['KB a client', '× floor'] : ['answers/s', 'deliveries/s']
  const head = [
    '',
    `CPU a ${unit}`.replace('a answer', 'an answer'),
    '× floor',
    ...rates,
    'p50',
    'p99',
    'own CPU',
  ]
  const lines = rows.flatMap(({ system, numbers }) => {
    if (!numbers) return []
    const { cpu, answersPerSecond, deliveriesPerSecond, kilobytes, p50, p99, ownCpu } = numbers
    const cells =
      unit === 'login'
        ? [kilobytes.toFixed(1), ratio(kilobytes, floor?.kilobytes)]
        : [formatNumber(answersPerSecond), formatNumber(deliveriesPerSecond)]
    const times = [formatLatency(p50), formatLatency(p99), formatShare(ownCpu)]
    return [[`  ${system}`, formatMicroseconds(cpu), ratio(cpu, floor?.cpu), ...cells, ...times]]
  })
  const refusals = rows.flatMap(({ system, refusal }) =>
    refusal === undefined ? [] : [`  ${system}: no result: ${refusal}\n`],
  )
  return formatTable([head, ...lines], new Set(head.keys().drop(1))) + refusals.join('')
}

function ratio(value: number, floor: number | undefined): string {
  return floor ? (value / floor).toFixed(2) : '–'
}
