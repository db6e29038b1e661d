// What a broadcast costs as members and connectors grow. `--help`
import { writeFileSync } from 'node:fs'
import { formatTable } from '../packages/server/src/cli/format.ts'
import { formatMicroseconds, formatNumber } from '../packages/server/src/load/numbers.ts'
import { drawBroadcasts } from './broadcast-chart.ts'
import { failuresOf, measureBroadcasts } from './broadcast-cost.ts'
import type { Cost } from './broadcast-cost.ts'
import { checkFiles } from './files.ts'
import { Neighbours } from './neighbours.ts'
import { Observer } from './observer.ts'
import { insist } from './refusal.ts'
import { readNumber, readNumbers, runScript } from './script.ts'
import { startSystem } from './system.ts'
import { hall, launchShaddock } from './systems.ts'

const tries = 3

await runScript({
  usage: `npm run broadcast --workspace bench -- [options]

Pushes to rooms of 10 to 10,000 clients, all members of one channel, over 1, 2 and 4 connectors. The bytes that all
servers sent over the bus, counted by the bus itself, are not to depend on how many hear it.

  --members <n,…>      sizes of the room (10,100,1000,10000)
  --connectors <n,…>   how many connectors (1,2,4)
  --secs <n>           how long each is measured (16)
  --svg <file>         draws the curves (none)

Exit codes: 0 all as promised, 1 not, 3 no result.`,
  options: { members: '10,100,1000,10000', connectors: '1,2,4', secs: '16', svg: '' },
  run: async (options) => {
    const [members, connectors] = [
      readNumbers('members', options.members),
      readNumbers('connectors', options.connectors),
    ]
    const seconds = readNumber('secs', options.secs)
    checkFiles(Math.max(...members))
    const neighbours = new Neighbours()
    const costs: Cost[] = []
    for (const count of connectors) {
      await using system = await startSystem(
        'local',
        await launchShaddock([], { ...hall, connectors: count }),
      )
      await using observer = await Observer.open(system)
      for (const size of members) {
        const broadcasts = { members: size, seconds }
        const cost = await insist(tries, () => measureBroadcasts(system, observer, broadcasts))
        costs.push({ connectors: count, ...cost })
      }
    }
    console.log(`${describe(costs)}\n${neighbours.describe()}\n`)
    if (options.svg !== '') writeFileSync(options.svg, drawBroadcasts(costs))
    return failuresOf(costs)
  },
})

function describe(costs: readonly Cost[]): string {
  const head = [
    'connectors',
    'members',
    'bytes on the bus',
    'CPU, chat',
    'CPU, connectors',
    'CPU a member',
    'p99',
  ]
  const rows = costs.map((cost) => [
    String(cost.connectors),
    formatNumber(cost.members),
    formatNumber(cost.busBytes),
    formatMicroseconds(cost.chatUs),
    formatMicroseconds(cost.connectorsUs),
    formatMicroseconds((cost.chatUs + cost.connectorsUs) / cost.members),
    `${formatNumber(cost.p99Ms)} ms`,
  ])
  return formatTable([head, ...rows], new Set(head.keys()))
}
