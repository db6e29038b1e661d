// Kills and freezes the servers of the chat under people who talk, and says what they noticed.
import { writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { connect } from '@shaddock/client'
import type { Chat } from '../game-server/app/contract.ts'
import { startGame } from '../test/fixtures/game.ts'
import type { Game } from '../test/fixtures/game.ts'
import { Person } from './person.ts'
import { judge } from './verdict.ts'
import type { Verdict } from './verdict.ts'

const help = `npm run test:chaos -- [--only <fault>,…] [--report <file.md>]

Starts the chat, lets 40 people in ten rooms talk, and while they do kills or freezes a server. For each fault it
prints what they noticed, and fails when a request is never answered, a message is doubled or out of order, an
answered message is lost, or a list of people is wrong five seconds later.
`

interface Fault {
  readonly name: string
  /** Returns when the fault began. */
  act(game: Game): Promise<number>
  /** How long people go on talking after it. */
  readonly watchMs: number
  /** The longest time until everybody hears everybody again. */
  readonly recoverMs: number
}

const faults: readonly Fault[] = [
  { name: 'nothing', act: async () => performance.now(), watchMs: 3_000, recoverMs: 500 },
  kill('chat-1', 1_500),
  kill('connector-1', 4_000),
  kill('gate-1', 500),
  freeze('chat-1', 3_000),
  freeze('connector-1', 3_000),
  order('stop', 'chat-1'),
  order('restart', 'chat-2'),
  order('restart', 'connector-2'),
]

function kill(server: string, recoverMs: number): Fault {
  return { name: `kill ${server}`, act: (game) => signal(game, server, 'SIGKILL'), watchMs: 8_000, recoverMs }
}

/** Down for the others after `downAfterMs`, which the chaos sets to 3 s; then it comes back. */
function freeze(server: string, downAfterMs: number): Fault {
  return {
    name: `freeze ${server} 10 s`,
    async act(game) {
      const from = await signal(game, server, 'SIGSTOP')
      setTimeout(() => void signal(game, server, 'SIGCONT'), 10_000)
      return from
    },
    watchMs: 20_000,
    // of those on a frozen connector nobody hears until it is back
    recoverMs: server.startsWith('connector') ? 14_000 : downAfterMs + 2_000,
  }
}

function order(command: string, server: string): Fault {
  return {
    name: `${command} ${server}`,
    async act(game) {
      const from = performance.now()
      await game.command(command, server)
      return from
    },
    watchMs: 4_000,
    recoverMs: 5_000,
  }
}

const pids = new Map<string, number>()

async function signal(game: Game, server: string, name: NodeJS.Signals): Promise<number> {
  const pid = name === 'SIGCONT' ? (pids.get(server) ?? 0) : await game.pidOf(server)
  pids.set(server, pid)
  const from = performance.now()
  process.kill(pid, name)
  return from
}

interface Row {
  readonly fault: Fault
  readonly verdict: Verdict
  readonly wrong: readonly string[]
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, report: { type: 'string' }, help: { type: 'boolean' } },
  })
  if (values.help) {
    process.stdout.write(help)
    return
  }
  const only = values.only?.split(',')
  const rows: Row[] = []
  for (const fault of faults.filter(({ name }) => only?.some((part) => name.includes(part)) ?? true)) {
    process.stdout.write(`${fault.name} … `)
    const verdict = await run(fault)
    const wrong = complaints(fault, verdict)
    rows.push({ fault, verdict, wrong })
    process.stdout.write(`${wrong.length === 0 ? 'ok' : wrong.join(', ')}\n`)
  }
  const report = table(rows)
  process.stdout.write(`\n${report}`)
  if (values.report !== undefined) await writeFile(values.report, report)
  if (rows.some(({ wrong }) => wrong.length > 0)) process.exitCode = 1
}

async function run(fault: Fault): Promise<Verdict> {
  await using game = await startGame('local', { cluster: { downAfterMs: 3_000 } })
  const people = Array.from({ length: 40 }, (_, n) => new Person(`p${n}`, `room${n % 10}`))
  await Promise.all(people.map((person) => person.enter(() => askGate(game, person.name))))
  const talk = setInterval(() => people.forEach((person) => void person.say()), 100)
  await sleep(1_500)
  const from = await fault.act(game)
  await sleep(fault.watchMs)
  clearInterval(talk)
  // as long as the last request may take
  const end = performance.now() + 13_000
  while (people.some(({ waiting }) => waiting > 0) && performance.now() < end) await sleep(50)
  await sleep(500)
  const verdict = judge(people, from)
  for (const person of people) person.leave()
  return verdict
}

async function askGate(game: Game, uid: string): Promise<string> {
  await using gate = await connect<Chat>(game.gates[0] ?? '', { reconnect: false })
  const { host, port } = await gate.request('gate.gateHandler.queryEntry', { uid })
  return `ws://${host}:${port}`
}

function complaints({ recoverMs }: Fault, verdict: Verdict): string[] {
  const { recoveredMs, unanswered, lost, doubled, reordered, ghosts } = verdict
  return [
    ...(recoveredMs > recoverMs ? [`not whole for ${Math.round(recoveredMs)} ms`] : []),
    ...Object.entries({ unanswered, lost, doubled, reordered, ghosts })
      .filter(([, times]) => times > 0)
      .map(([what, times]) => `${times} ${what}`),
  ]
}

function table(rows: readonly Row[]): string {
  const lines = rows.map(({ fault, verdict }) => {
    const { recoveredMs, unanswered, refused, lost, doubled, reordered, ghosts } = verdict
    const codes = [...refused].map(([code, times]) => `${times} × ${code}`).join(', ') || '0'
    const cells = [
      fault.name,
      `${(recoveredMs / 1_000).toFixed(1)} s`,
      unanswered,
      codes,
      lost,
      doubled,
      reordered,
      ghosts,
    ]
    return `| ${cells.join(' | ')} |\n`
  })
  return (
    '| Fault | Everybody hears everybody again after | Unanswered | Refused | Lost | Doubled | Reordered | Ghosts |\n' +
    '| --- | --- | --- | --- | --- | --- | --- | --- |\n' +
    lines.join('')
  )
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

await main()
