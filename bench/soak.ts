// Half the maximum rate for a while, with clients that come and go: does memory stay, and is all let go of?
// npm run soak --workspace bench -- [--minutes 10]
import { readdirSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { formatTable } from '../packages/server/src/cli/format.ts'
import { formatLatency, formatMebibytes, formatNumber } from '../packages/server/src/load/numbers.ts'
import { sumOf } from '../packages/server/src/load/numbers.ts'
import { chatScenario, talk } from './chat-scenario.ts'
import { generate } from './generate.ts'
import { askResources } from './ask-resources.ts'
import { listMembers } from './members.ts'
import { startSystem } from './system.ts'
import type { System } from './system.ts'
import { hall, launchShaddock } from './systems.ts'

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } })
const minutes = Number(values.minutes)
const crowd = { clients: 400, roomSize: 50 }
/** Each second a twentieth goes, and as many come. */
const churnPerSecond = 20

await using system = await startSystem('local', await launchShaddock([], { ...hall, chats: 2 }))
const atStart = await holdings(system)
const rate = (await findMaximum(system)) / 2
console.log(
  `${formatNumber(rate)} messages a second, each to 50; ${churnPerSecond} clients a second leave and come`,
)

const readings: Map<string, Holdings>[] = []
const phase = { measured: true, churnPerSecond, ...talk(32, { rate }) }
const firstSeconds = Math.min(60, minutes * 30)
const scenario = chatScenario(system, crowd, [
  { ...phase, name: 'first', seconds: firstSeconds },
  { ...phase, name: 'rest', seconds: Math.max(1, minutes * 60 - firstSeconds) },
])
let lastPhase = ''
const result = await generate({ scenario, pids: [], dialect: 'pomelo' }, ({ phase, atSeconds }) => {
  if (lastPhase === 'first' && phase === 'rest') void note()
  lastPhase = phase
  if (Math.round(atSeconds) % 60 === 0) console.log(`  ${Math.round(atSeconds / 60)} min`)
})
await note()
await sleep(settleMs())
const atEnd = await holdings(system)

for (const { name, requests, delivering, errors } of result.phases) {
  const [answers, deliveries] = [formatLatency(requests.p99), formatLatency(delivering.p99)]
  console.log(`${name}: p99 of answers ${answers}, of deliveries ${deliveries}, ${sumOf(errors)} errors`)
}
printTable()

interface Holdings {
  readonly memoryBytes: number
  /** Open files and sockets. */
  readonly files: number
  /** What keeps its event loop alive, timers among them; unknown of the master. */
  readonly resources?: string
}

async function note(): Promise<void> {
  readings.push(await holdings(system))
}

async function holdings(system: System): Promise<Map<string, Holdings>> {
  const [members, resources] = [await listMembers(system.directory), await askResources(system)]
  return new Map(
    members.map(({ id, pid, memoryBytes }) => {
      const held = resources.get(id)
      const files = readdirSync(`/proc/${pid}/fd`).length
      return [id, { memoryBytes, files, ...(held !== undefined && { resources: held }) }]
    }),
  )
}

async function findMaximum(system: System): Promise<number> {
  const phase = { measured: false, churnPerSecond: 0, ...talk(32, { inFlight: 1 }) }
  const scenario = chatScenario(system, crowd, [
    { ...phase, name: 'warming up', seconds: 2 },
    { ...phase, name: 'maximum', seconds: 4 },
  ])
  const { phases } = await generate({ scenario, pids: [], dialect: 'pomelo' })
  const { answered, seconds } = phases.at(-1)!
  return answered / seconds
}

/** Sockets that were closed a moment ago are not gone at once. */
function settleMs(): number {
  return 5_000
}

function printTable(): void {
  const [first, last] = readings
  const head = [
    '',
    'memory after the first minute',
    'at the end',
    'files before',
    'after',
    'resources before',
    'after',
  ]
  const rows = [...atStart].map(([id, before]) => {
    const [early, late, after] = [
      first?.get(id)?.memoryBytes ?? 0,
      last?.get(id)?.memoryBytes ?? 0,
      atEnd.get(id),
    ]
    const change = Math.round((late / early - 1) * 100)
    if (change > 10 || before.files !== after?.files || before.resources !== after.resources)
      process.exitCode = 1
    return [
      id,
      formatMebibytes(early),
      `${formatMebibytes(late)} (${change} %)`,
      String(before.files),
      String(after?.files),
      before.resources ?? '–',
      after?.resources ?? '–',
    ]
  })
  console.log(`\n${formatTable([head, ...rows], new Set([1, 2, 3, 4]))}`)
}
