// Kills, freezes and cuts off servers of the chat under people who talk, and says what they noticed.
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { whyNoMachines } from '../test/fixtures/machines.ts'
import { faultsOf } from './faults.ts'
import type { BusName, Fault } from './faults.ts'
import { complaintsOf, toTable } from './report.ts'
import type { Row } from './report.ts'
import { run } from './run.ts'

const help = `npm run test:chaos -- [--bus local|nats] [--only <part of a fault's name>,…] [--report <file.md>]

Starts the chat, lets 40 people in ten rooms talk, and while they do makes something fail: on one machine, then on three
that are network namespaces, over NATS. For each fault it prints what they noticed, and fails when a request is never
answered, a message is doubled or out of order, an answered message is lost that was not on its way through what died, a
list of people is wrong in the end, or it takes too long until the others have given up what failed, or until everybody
hears everybody again.
`

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      bus: { type: 'string', default: 'local,nats' },
      only: { type: 'string', default: '' },
      report: { type: 'string' },
      help: { type: 'boolean' },
    },
  })
  if (values.help) {
    process.stdout.write(help)
    return
  }
  const rows: Row[] = []
  for (const bus of values.bus.split(',') as BusName[]) {
    if (bus === 'nats' && whyNoMachines !== undefined) {
      process.stdout.write(`nats: left out, as ${whyNoMachines}\n`)
      continue
    }
    for (const fault of choose(bus, values.only.split(','))) rows.push(await tell(bus, fault))
  }
  const report = toTable(rows)
  process.stdout.write(`\n${report}`)
  if (values.report !== undefined) await writeFile(values.report, report)
  if (rows.some((row) => complaintsOf(row).length > 0)) process.exitCode = 1
}

function choose(bus: BusName, parts: readonly string[]): readonly Fault[] {
  return faultsOf(bus).filter(({ name }) => parts.some((part) => name.includes(part)))
}

async function tell(bus: BusName, fault: Fault): Promise<Row> {
  process.stdout.write(`${bus}: ${fault.name} … `)
  const absence = fault.whyNot?.()
  if (absence !== undefined) {
    process.stdout.write(`left out, as ${absence}\n`)
    return { bus, fault, absence }
  }
  const row = await run(bus, fault).then(
    (findings): Row => ({ bus, fault, findings }),
    (failure: unknown): Row => ({ bus, fault, failure }),
  )
  process.stdout.write(`${complaintsOf(row).join(', ') || 'ok'}\n`)
  return row
}

await main()
