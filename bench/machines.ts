// What a broadcast costs as machines grow, over each bus. `--help`
import { formatTable } from '../packages/server/src/cli/format.ts'
import { formatMicroseconds, formatNumber } from '../packages/server/src/load/numbers.ts'
import { failuresOf, measureBroadcasts } from './broadcast-cost.ts'
import type { Cost } from './broadcast-cost.ts'
import { checkFiles } from './files.ts'
import { Neighbours } from './neighbours.ts'
import { Observer } from './observer.ts'
import { choose } from './options.ts'
import { insist, Refusal } from './refusal.ts'
import { readNumber, readNumbers, runScript } from './script.ts'
import { median } from './statistics.ts'
import { startSystem } from './system.ts'
import type { SystemChoice } from './system.ts'
import { hall, listBuses } from './systems.ts'

const tries = 3
/** What buses say of themselves is a little less while they have something to carry. */
const maxSpread = 0.05

await runScript({
  usage: `npm run machines --workspace bench -- [options]

Pushes 20 times a second to one room, whose members are spread evenly over 1 to 8 connectors, each of which stands for a
machine, over each bus. All runs on this machine, and so does the one NATS server. What the chat server sends is to grow
with the connectors, not with the members.

  --bus <names>        local, nats: which, with commas (local,nats)
  --connectors <n,…>   how many connectors (1,2,3,4,6,8)
  --members <n,…>      sizes of the room (1000)
  --secs <n>           how long each is measured (6)
  --runs <n>           how often, in turn; medians are shown (3)

Exit codes: 0 all as promised, 1 not, 3 no result.`,
  options: { bus: 'local,nats', connectors: '1,2,3,4,6,8', members: '1000', secs: '6', runs: '3' },
  run: async (options) => {
    const [connectors, members] = [
      readNumbers('connectors', options.connectors),
      readNumbers('members', options.members),
    ]
    const [seconds, runs] = [readNumber('secs', options.secs), readNumber('runs', options.runs)]
    checkFiles(Math.max(...members))
    const neighbours = new Neighbours()
    const points: Point[] = []
    for (const count of Array.from({ length: runs }, () => connectors).flat()) {
      const buses = choose(listBuses({ ...hall, connectors: count }), options.bus.split(','))
      for (const bus of buses) points.push(...(await measureOn(bus, { connectors: count, members, seconds })))
    }
    const middle = medians(points)
    console.log(`${describe(middle)}\n${neighbours.describe()}\n`)
    return [...Map.groupBy(middle, ({ bus }) => bus)].flatMap(([bus, costs]) =>
      [...failuresOf(costs), ...growths(costs)].map((failure) => `${bus}: ${failure}`),
    )
  },
})

interface Point extends Cost {
  readonly bus: string
}

interface Crowds {
  readonly connectors: number
  readonly members: readonly number[]
  readonly seconds: number
}

async function measureOn(bus: SystemChoice, { connectors, members, seconds }: Crowds): Promise<Point[]> {
  if (bus.absence !== undefined) throw new Refusal(bus.absence)
  await using system = await startSystem(bus.name, await bus.launch())
  await using observer = await Observer.open(system)
  const points: Point[] = []
  for (const size of members) {
    const cost = await insist(tries, () => measureBroadcasts(system, observer, { members: size, seconds }))
    points.push({ bus: bus.name, connectors, ...cost })
  }
  return points
}

/** Returns the middle of what was measured alike. */
function medians(points: readonly Point[]): Point[] {
  const alike = Map.groupBy(points, ({ bus, connectors, members }) => [bus, connectors, members].join())
  return [...alike.values()].map((some) => {
    const middle = (of: keyof Omit<Point, 'bus'>) => median(some.map((point) => point[of]))
    return {
      ...some[0]!,
      busBytes: middle('busBytes'),
      chatBytes: middle('chatBytes'),
      chatUs: middle('chatUs'),
      connectorsUs: middle('connectorsUs'),
      systemUs: middle('systemUs'),
      p99Ms: middle('p99Ms'),
    }
  })
}

function describe(points: readonly Point[]): string {
  const head = ['bus', 'members', 'connectors', 'bytes, chat', 'CPU, chat', 'CPU, all', 'CPU a delivery']
  const rows = points
    .toSorted((a, b) => a.bus.localeCompare(b.bus) || a.members - b.members || a.connectors - b.connectors)
    .map(({ bus, members, connectors, chatBytes, chatUs, systemUs }) => [
      bus,
      formatNumber(members),
      String(connectors),
      formatNumber(chatBytes),
      formatMicroseconds(chatUs),
      formatMicroseconds(systemUs),
      formatMicroseconds(systemUs / members),
    ])
  return formatTable([head, ...rows], new Set(head.keys().drop(1)))
}

/** Returns where what the chat server sends grows faster than the connectors, in sentences. */
function growths(costs: readonly Cost[]): string[] {
  const first = costs.reduce((least, cost) => (cost.connectors < least.connectors ? cost : least))
  return costs
    .filter(
      ({ connectors, chatBytes }) =>
        chatBytes / first.chatBytes > (1 + maxSpread) * (connectors / first.connectors),
    )
    .map(({ connectors, members, chatBytes }) => {
      const sent = `it sent ${formatNumber(chatBytes)} bytes to ${connectors} connectors`
      return `of a broadcast to ${formatNumber(members)} ${sent}, and ${formatNumber(first.chatBytes)} to ${first.connectors}`
    })
}
