// What a broadcast costs: bytes on the bus and CPU, for rooms of 10 to 10,000 over 1, 2 and 4 connectors.
// npm run broadcast --workspace bench -- [--secs 4] [--members 10,100,1000,10000] [--connectors 1,2,4]
import { parseArgs } from 'node:util'
import { formatTable } from '../packages/server/src/cli/format.ts'
import { formatMicroseconds, formatNumber } from '../packages/server/src/load/numbers.ts'
import type { Sample } from '../packages/server/src/load/result.ts'
import type { Scenario } from '../packages/server/src/load/scenario.ts'
import { generate } from './generate.ts'
import { listMembers, usageOf } from './members.ts'
import type { Member, Usage } from './members.ts'
import { startSystem } from './system.ts'
import type { System } from './system.ts'
import { hall, launchShaddock } from './systems.ts'

const { values } = parseArgs({
  options: {
    secs: { type: 'string', default: '4' },
    members: { type: 'string', default: '10,100,1000,10000' },
    connectors: { type: 'string', default: '1,2,4' },
  },
})
const secs = Number(values.secs)
const sizes = values.members.split(',').map(Number)

/** What one broadcast cost. */
interface Cost {
  readonly busBytes: number
  readonly chatMicroseconds: number
  readonly connectorMicroseconds: number
}

console.log(
  'The chat server writes to nothing but the bus: what it wrote, and what it had when idle taken off.\n',
)
const rows: string[][] = []
for (const connectors of values.connectors.split(',').map(Number)) {
  await using system = await startSystem('local', await launchShaddock([], { ...hall, connectors }))
  for (const members of sizes) {
    const cost = await broadcast(system, members)
    const each = formatMicroseconds(cost.connectorMicroseconds / members)
    const chat = formatMicroseconds(cost.chatMicroseconds)
    rows.push([String(connectors), formatNumber(members), formatNumber(cost.busBytes), chat, each])
  }
}
const head = [
  'connectors',
  'members',
  'bytes on the bus',
  'CPU of the chat server',
  'CPU of connectors, a member',
]
console.log(formatTable([head, ...rows], new Set(head.keys())))

async function broadcast(system: System, members: number): Promise<Cost> {
  const servers = (await listMembers(system.directory)).filter(({ type }) => type !== 'master')
  const readings: { readonly sample: Sample; readonly usages: ReadonlyMap<Member, Usage> }[] = []
  await generate({ scenario: scenarioOf(system, members), pids: [], dialect: 'pomelo' }, (sample) => {
    readings.push({ sample, usages: new Map(servers.map((server) => [server, usageOf(server.pid)])) })
  })
  const rates = (phase: string, type: string, of: (usage: Usage) => number) => {
    const during = readings.filter(({ sample }) => sample.phase === phase)
    const [first, last] = [during[0], during.at(-1)]
    if (!first || !last || first === last) throw new Error(`too short to measure: ${phase}`)
    const sum = (usages: ReadonlyMap<Member, Usage>) =>
      [...usages].reduce((total, [server, usage]) => total + (server.type === type ? of(usage) : 0), 0)
    return (sum(last.usages) - sum(first.usages)) / (last.sample.atSeconds - first.sample.atSeconds)
  }
  const each = (type: string, of: (usage: Usage) => number) =>
    Math.max(0, rates('broadcast', type, of) - rates('idle', type, of)) / rateFor(members)
  return {
    busBytes: each('chat', ({ writtenBytes }) => writtenBytes),
    chatMicroseconds: each('chat', ({ cpuSeconds }) => cpuSeconds * 1e6),
    connectorMicroseconds: each('connector', ({ cpuSeconds }) => cpuSeconds * 1e6),
  }
}

/** As many as two processors deliver without being full. */
function rateFor(members: number): number {
  return Math.max(5, Math.min(400, 100_000 / members))
}

function scenarioOf({ connectors }: System, members: number): Scenario {
  const still = { measured: false, churnPerSecond: 0 }
  return {
    target: {
      connectors: connectors.map((port) => ({ transport: 'ws', host: '127.0.0.1', port, path: '/' })),
    },
    clients: members,
    connectPerSecond: 100_000,
    roomSize: members,
    login: [{ route: 'connector.entryHandler.enter', message: { username: 'u{n}', rid: '{run}' } }],
    timeoutMs: 30_000,
    maxLateMs: 1_000,
    phases: [
      { name: 'settling', seconds: 1, ...still },
      { name: 'idle', seconds: secs, ...still },
      {
        name: 'broadcast',
        seconds: secs,
        ...still,
        sendersPerRoom: 1,
        delivery: 'onChat',
        send: {
          type: 'request',
          route: 'chat.chatHandler.send',
          message: { content: '{t}{pad:14}' },
          rate: rateFor(members),
        },
      },
    ],
  }
}
