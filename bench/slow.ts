// Back-pressure: a client that stops reading among 1,000, and a back end that stops answering.
// npm run slow --workspace bench -- [--secs 8]
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { formatLatency, formatMebibytes, formatNumber } from '../packages/server/src/load/numbers.ts'
import { formatTable } from '../packages/server/src/cli/format.ts'
import type { Result } from '../packages/server/src/load/result.ts'
import { chatScenario, talk } from './chat-scenario.ts'
import { generate } from './generate.ts'
import { listMembers } from './members.ts'
import type { Member } from './members.ts'
import { SlowClient } from './slow-client.ts'
import { startSystem } from './system.ts'
import type { System } from './system.ts'
import { hall, launchShaddock } from './systems.ts'

const { values } = parseArgs({ options: { secs: { type: 'string', default: '8' } } })
const secs = Number(values.secs)

/** The kernel holds some megabytes for a client that does not read, and only then does the server. */
const messageBytes = 2_000
const fillSeconds = 30
const pollMs = 1_500

const codeNames: Readonly<Record<string, string>> = { 408: 'TIMEOUT', 429: 'BUSY', 503: 'NO_SERVER' }

await stopReading()
await stopAnswering()

async function stopReading(): Promise<void> {
  console.log('One client among 1,000 in a room stops reading, while ten others talk as fast as it goes.')
  await using system = await startSystem('local', await launchShaddock([], hall))
  const slow = await SlowClient.enter(system, 'hall')
  const connectorOfSlow = await memberAt(system, 'connector-1')
  const phase = {
    seconds: secs,
    measured: true,
    churnPerSecond: 0,
    sendersPerRoom: 10,
    ...talk(messageBytes, { inFlight: 1 }),
  }
  const scenario = chatScenario(system, { clients: 999, roomSize: 999, room: 'hall' }, [
    { ...phase, name: 'warming up', measured: false, seconds: 3 },
    { ...phase, name: 'all read' },
    { ...phase, name: 'one does not', seconds: Math.max(secs, fillSeconds) },
  ])
  let most: Member | undefined
  let closed: Promise<string> | undefined
  let isOver = false
  const result = await generate({ scenario, pids: [], dialect: 'pomelo' }, ({ phase }) => {
    if (phase !== 'one does not') return
    slow.pause()
    closed ??= untilClosed(system, slow, {
      isOver: () => isOver,
      onReading: (member) => {
        if (member.memoryBytes > (most?.memoryBytes ?? 0)) most = member
      },
    })
  }).finally(() => (isOver = true))
  const [before, during] = result.phases.slice(1)
  const reason = closed ? await closed : 'not paused'
  slow.close()
  if (!before || !during) throw new Error('the run was cut short')
  const moved = during.delivering.p99 / before.delivering.p99 - 1
  print([
    ['p99 of the others, all read', formatLatency(before.delivering.p99)],
    ['p99 of the others, one does not', `${formatLatency(during.delivering.p99)} (${signed(moved)})`],
    ['deliveries a second, before and after', `${rate(before)} and ${rate(during)}`],
    ['what had waited for it, kernel included', formatMebibytes(slow.bytesAfterPause)],
    [
      'memory of its connector, before and at most',
      `${formatMebibytes(connectorOfSlow.memoryBytes)} and ${formatMebibytes(most?.memoryBytes ?? 0)}`,
    ],
    ['how it ended', reason],
  ])
  if (reason !== 'slow') process.exitCode = 1
}

async function stopAnswering(): Promise<void> {
  console.log('The only chat server stops answering (SIGSTOP); calls may take two seconds.')
  const launch = await launchShaddock([], { ...hall, config: { 'cluster.json': { callTimeoutMs: 2_000 } } })
  await using system = await startSystem('local', launch)
  const chat = await memberAt(system, 'chat-1')
  const phase = { measured: true, churnPerSecond: 0, ...talk(32, { rate: 2_000 }) }
  const scenario = chatScenario(system, { clients: 200, roomSize: 2 }, [
    { ...phase, name: 'answers', seconds: 3 },
    { ...phase, name: 'stopped', seconds: secs },
    { ...phase, name: 'goes on', seconds: 3 },
  ])
  let state = 'answers'
  const result = await generate({ scenario, pids: [system.pid], dialect: 'pomelo' }, ({ phase }) => {
    if (state === 'answers' && phase === 'stopped') process.kill(chat.pid, 'SIGSTOP')
    if (state === 'stopped' && phase === 'goes on') process.kill(chat.pid, 'SIGCONT')
    state = phase
  }).finally(() => process.kill(chat.pid, 'SIGCONT'))
  const memory = memoryDuring(result, 'stopped')
  print([
    ...result.phases.map(({ name, sent, answered, errors }) => [
      name,
      `${formatNumber(sent)} sent, ${formatNumber(answered)} answered; ${describe(errors)}`,
    ]),
    ['memory of all servers while stopped', memory.map((bytes) => formatMebibytes(bytes)).join(' … ')],
  ])
}

/** Waits until the servers have closed the slow client, then lets it read why. */
async function untilClosed(
  system: System,
  slow: SlowClient,
  { isOver, onReading }: { isOver: () => boolean; onReading: (member: Member) => void },
): Promise<string> {
  while (!isOver()) {
    const members = await listMembers(system.directory)
    const first = members.find(({ id }) => id === 'connector-1')
    if (first) onReading(first)
    const connections = members.reduce((sum, member) => sum + (member.connections ?? 0), 0)
    if (connections === 999 && !isOver()) return slow.readOn()
    // asking costs the others time
    await sleep(pollMs)
  }
  return 'not closed'
}

async function memberAt({ directory }: System, id: string): Promise<Member> {
  const member = (await listMembers(directory)).find((each) => each.id === id)
  if (!member) throw new Error(`${id} does not run`)
  return member
}

/** The first, the largest and the last reading. */
function memoryDuring({ timeline }: Result, name: string): number[] {
  const readings = timeline.flatMap(({ phase, server }) =>
    phase === name && server ? [server.memoryBytes] : [],
  )
  return [readings[0] ?? 0, Math.max(...readings), readings.at(-1) ?? 0]
}

function describe(errors: Readonly<Record<string, number>>): string {
  const list = Object.entries(errors).map(([what, count]) => {
    const code = what.replace('code ', '')
    return `${formatNumber(count)} × ${codeNames[code] ?? what}`
  })
  return list.length === 0 ? 'no errors' : list.join(', ')
}

function rate({ deliveries, seconds }: { readonly deliveries: number; readonly seconds: number }): string {
  return formatNumber(deliveries / seconds)
}

function signed(share: number): string {
  return `${share < 0 ? '−' : '+'}${Math.abs(Math.round(share * 100))} %`
}

function print(rows: readonly (readonly string[])[]): void {
  console.log(
    formatTable(
      rows.map(([name = '', value = '']) => [`  ${name}`, value]),
      new Set(),
    ),
  )
}
