// A back end that stops answering while callers go on. `--help`
import { codes } from '../packages/server/src/errors.ts'
import { formatTable } from '../packages/server/src/cli/format.ts'
import { formatLatency, formatNumber, sumOf } from '../packages/server/src/load/numbers.ts'
import type { PhaseResult, Result } from '../packages/server/src/load/result.ts'
import { chatScenario, talk } from './chat-scenario.ts'
import { generateWhole } from './generate.ts'
import { findMaximum } from './maximum.ts'
import { MemoryWatch } from './memory-watch.ts'
import { Observer } from './observer.ts'
import { readNumber, runScript } from './script.ts'
import { signed } from './statistics.ts'
import { startSystem } from './system.ts'
import type { System } from './system.ts'
import { hall, launchShaddock } from './systems.ts'

const crowd = { clients: 200, roomSize: 2 }
const messageBytes = 32
/** The default of `callTimeoutMs`. */
const callTimeoutMs = 10_000
/** Later than that beyond its deadline is a caller that hangs, also on a machine with much else to do. */
const lateMs = 5_000
/** How much memory may grow when as many calls wait as may. */
const maxGrowth = 0.1
const filling = 'stopped, first half'
const full = 'stopped, second half'
/** What a caller may be told. */
const refusals = (['TIMEOUT', 'BUSY', 'NO_SERVER'] as const).map((name) => `code ${codes[name]}`)

await runScript({
  usage: `npm run stopped --workspace bench -- [options]

The only chat server is stopped (SIGSTOP) while 200 clients go on to call it. Each call is to be answered within its
time, with BUSY, TIMEOUT or, when the server counts as down, NO_SERVER; the connectors' memory is to stay; and when
the server goes on, it is to serve again.

  --secs <n>    how long it is stopped (20)
  --share <x>   how fast they call, of the maximum (0.5)

Exit codes: 0 all as promised, 1 not, 3 no result.`,
  options: { secs: '20', share: '0.5' },
  run: async (options) => {
    const seconds = readNumber('secs', options.secs)
    const share = readNumber('share', options.share)
    await using system = await startSystem('local', await launchShaddock([], hall))
    await using observer = await Observer.open(system)
    const maximum = await findMaximum(system, crowd, messageBytes)
    const rate = share * maximum.perSecond
    console.log(
      `${formatNumber(rate)} calls a second, where ${maximum.says}; the chat server is stopped for ${seconds} s`,
    )
    const memory = new MemoryWatch(observer, 'connector')
    const result = await callOn({ system, observer, memory, rate, seconds })
    memory.begin('entered again')
    const again = await serveAgain(system, rate)
    await memory.stop()
    printPhases([...result.phases, ...again.phases])
    console.log(memory.describe())
    return [...failuresOf(result), ...failuresOfMemory(memory), ...failuresAfter(again)]
  },
})

interface Calling {
  readonly system: System
  readonly observer: Observer
  readonly memory: MemoryWatch
  readonly rate: number
  readonly seconds: number
}

async function callOn({ system, observer, memory, rate, seconds }: Calling): Promise<Result> {
  const { pid } = observer.server('chat-1')
  const phase = { measured: true, churnPerSecond: 0, ...talk(messageBytes, { rate }) }
  const scenario = chatScenario(system, crowd, [
    { ...phase, name: 'before', seconds: 5 },
    { ...phase, name: 'stopped', seconds },
    { ...phase, name: 'goes on', seconds: 5 },
  ])
  const onPhase = (name: string) => {
    memory.begin(name === 'stopped' ? filling : name)
    if (name === 'stopped') {
      process.kill(pid, 'SIGSTOP')
      setTimeout(() => memory.begin(full), seconds * 500)
    }
    if (name === 'goes on') process.kill(pid, 'SIGCONT')
  }
  try {
    return await generateWhole({ scenario }, { onPhase })
  } finally {
    process.kill(pid, 'SIGCONT')
  }
}

/** Those who were in its rooms when it counted as down are not any more: these enter them. */
function serveAgain(system: System, rate: number): Promise<Result> {
  const phase = { measured: true, churnPerSecond: 0, ...talk(messageBytes, { rate }) }
  return generateWhole({
    scenario: chatScenario(system, crowd, [{ ...phase, name: 'entered again', seconds: 5 }]),
  })
}

function failuresOf({ phases, closed }: Result): string[] {
  const stopped = phases[1]!
  const failures: string[] = []
  for (const { name, errors } of phases) {
    const wrong = Object.entries(errors).filter(([what]) => !refusals.includes(what))
    for (const [what, count] of wrong)
      failures.push(`${name}: ${count} × ${nameOf(what)}, which is none of BUSY, TIMEOUT, NO_SERVER`)
  }
  if (stopped.requests.max > callTimeoutMs + lateMs)
    failures.push(`a caller waited ${formatLatency(stopped.requests.max)}, more than its ${callTimeoutMs} ms`)
  if (sumOf(stopped.errors) === 0) failures.push('nobody was refused: the server was not stopped')
  if (sumOf(closed) > 0) failures.push(`clients lost their connection: ${Object.keys(closed).join(', ')}`)
  return failures
}

function failuresOfMemory(memory: MemoryWatch): string[] {
  const [early, late] = [memory.most(filling, 'memoryBytes'), memory.most(full, 'memoryBytes')]
  if (late <= (1 + maxGrowth) * early) return []
  return [`a connector's memory went on to grow while nobody answered, by ${signed(late / early - 1)}`]
}

function failuresAfter({ phases: [phase] }: Result): string[] {
  if (!phase) return []
  const { errors, deliveries, answered } = phase
  const failures = Object.entries(errors).map(
    ([what, count]) => `when it had gone on, ${count} calls were answered with ${nameOf(what)}`,
  )
  // each room has two members
  if (deliveries < answered)
    failures.push(`when it had gone on, only ${deliveries} pushes came of ${answered} calls`)
  return failures
}

function printPhases(phases: readonly PhaseResult[]): void {
  const rows = phases.map(({ name, sent, deliveries, requests, errors }) => [
    name,
    formatNumber(sent),
    formatNumber(errors['no answer'] ?? 0),
    formatNumber(deliveries),
    formatLatency(requests.max),
    Object.entries(errors)
      .map(([what, count]) => `${formatNumber(count)} × ${nameOf(what)}`)
      .join(', '),
  ])
  const head = ['', 'calls', 'never answered', 'pushes', 'longest wait', 'refused with']
  console.log(`\n${formatTable([head, ...rows], new Set([1, 2, 3, 4]))}`)
}

function nameOf(what: string): string {
  const code = Number(what.replace('code ', ''))
  return Object.entries(codes).find(([, number]) => number === code)?.[0] ?? what
}
