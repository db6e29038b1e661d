// The table: each system does each work in turn. `npm run bench -- --help`
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { measure, medians } from './measure.ts'
import type { Numbers } from './measure.ts'
import { Neighbours } from './neighbours.ts'
import { choose, readTableOptions, usage } from './options.ts'
import type { TableOptions } from './options.ts'
import { formatRows } from './row.ts'
import type { Row } from './row.ts'
import { smoke } from './smoke.ts'
import { UsageError } from './script.ts'
import { startSystem } from './system.ts'
import type { SystemChoice } from './system.ts'
import { listSystems } from './systems.ts'
import { works } from './works.ts'
import type { Work } from './works.ts'

try {
  const options = readTableOptions(process.argv.slice(2))
  if (options) await printTable(options)
  else console.log(usage)
} catch (error) {
  if (!(error instanceof UsageError)) throw error
  console.error(`${error.message}\n\n${usage}`)
  process.exitCode = 2
}

async function printTable(options: TableOptions): Promise<void> {
  const neighbours = new Neighbours()
  const systems = choose(listSystems(options.peers), options.only)
  const chosen = choose(works, options.work)
  for (const { name, absence } of systems)
    if (absence !== undefined) console.log(`${name}: skipped, ${absence}`)
  const present = systems.filter(({ absence }) => absence === undefined)
  const [cpu] = cpus()
  console.log(`${cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, Node ${process.version}`)
  console.log('Servers and load generator share them: compare the ratios of one run, not times of two.\n')

  const rows: Row[] = options.smoke ? await smoke(present, chosen) : []
  for (const work of chosen) {
    if (!options.smoke) rows.push(...(await doWork(work, present, options)))
    console.log(`${work.name}: ${work.says}`)
    const ofWork = rows.filter((row) => row.work === work.name)
    console.log(formatRows(work, ofWork))
  }
  console.log(neighbours.describe())
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(rows, null, 2)}\n`)
  if (rows.some(({ numbers }) => numbers === undefined)) process.exitCode = 1
}

/** In turn, so that a slow minute of the machine hits all. */
async function doWork(work: Work, systems: readonly SystemChoice[], options: TableOptions): Promise<Row[]> {
  const found = new Map<SystemChoice, Numbers[]>(systems.map((system) => [system, []]))
  const refusals = new Map<SystemChoice, string>()
  for (let run = 0; run < options.runs; run++) {
    for (const [system, numbers] of found) {
      try {
        numbers.push(await doOnce(work, system, options))
      } catch (error) {
        refusals.set(system, error instanceof Error ? error.message : String(error))
      }
    }
  }
  return [...found].map(([system, numbers]) => {
    const row = { system: system.name, work: work.name }
    if (numbers.length > 0) return { ...row, numbers: medians(numbers) }
    return { ...row, refusal: refusals.get(system) ?? 'no run' }
  })
}

async function doOnce(
  work: Work,
  { name, launch }: SystemChoice,
  { secs, force }: TableOptions,
): Promise<Numbers> {
  await using system = await startSystem(name, await launch())
  return await measure(work, system, { seconds: { warm: 2, measured: secs }, isLenient: force })
}
