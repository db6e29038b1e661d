// Half the maximum rate for a while, with clients that come and go: does memory stay, and is all let go of? `--help`
import { setTimeout as sleep } from 'node:timers/promises'
import { formatTable } from '../packages/server/src/cli/format.ts'
import { doubtsOf } from '../packages/server/src/load/doubts.ts'
import { formatLatency, formatMebibytes, formatNumber, sumOf } from '../packages/server/src/load/numbers.ts'
import type { PhaseResult, Result } from '../packages/server/src/load/result.ts'
import { chatScenario, talk } from './chat-scenario.ts'
import { generateWhole } from './generate.ts'
import { differences, settled, takeStock } from './holdings.ts'
import type { Holdings, Stock } from './holdings.ts'
import { findMaximum } from './maximum.ts'
import { Neighbours } from './neighbours.ts'
import { Observer } from './observer.ts'
import { Refusal } from './refusal.ts'
import { readNumber, runScript } from './script.ts'
import { signed } from './statistics.ts'
import { startSystem } from './system.ts'
import { hall, launchShaddock } from './systems.ts'

const crowd = { clients: 400, roomSize: 50 }
const messageBytes = 32
const takingStockMs = 5_000
/** How much memory may grow from the first minute to the last. */
const maxGrowth = 0.1

await runScript({
  usage: `npm run soak --workspace bench -- [options]

400 clients in rooms of 50 talk at half the maximum rate, and each second some leave and as many come. Each process's
memory at the end is to be within 10 % of that after the first minute, and when all have left, files, sockets, timers
and calls are to be as many as before the first came.

  --minutes <n>   how long (10)
  --churn <n>     how many leave each second (20)
  --share <x>     how fast they talk, of the maximum (0.5)

Exit codes: 0 all as promised, 1 not, 3 no result, as the load generator was the bottleneck.`,
  options: { minutes: '10', churn: '20', share: '0.5' },
  run: async (options) => {
    const minutes = readNumber('minutes', options.minutes)
    const churnPerSecond = readNumber('churn', options.churn)
    const share = readNumber('share', options.share)
    const launch = await launchShaddock([], { ...hall, chats: 2, args: ['--expose-gc'] })
    await using system = await startSystem('local', launch)
    await using observer = await Observer.open(system)
    const neighbours = new Neighbours()
    const atStart = await takeStock(observer)
    const maximum = await findMaximum(system, crowd, messageBytes)
    const rate = share * maximum.perSecond
    console.log(
      `${formatNumber(rate)} messages a second, each to 50, where ${maximum.says}; ${churnPerSecond} clients a second come and go`,
    )
    const phase = { measured: true, churnPerSecond, ...talk(messageBytes, { rate }) }
    const scenario = chatScenario(system, crowd, [{ ...phase, name: 'soak', seconds: minutes * 60 }])
    const { promise: begun, resolve: begin } = Promise.withResolvers<undefined>()
    const running = generateWhole({ scenario }, { onPhase: () => begin(undefined) })
    const [result, byMinute] = await Promise.all([running, begun.then(() => readMinutes(observer, minutes))])
    const atEnd = await settled(observer, atStart)
    printPhase(result)
    printMinutes(byMinute)
    console.log(`${neighbours.describe()}\n`)
    checkGenerator(result.phases)
    return [...failuresOf(result), ...growths(byMinute), ...differences(atStart, atEnd)]
  },
})

/** Takes stock a little before each minute is over. */
async function readMinutes(observer: Observer, minutes: number): Promise<Stock[]> {
  const startMs = performance.now()
  const all: Stock[] = []
  for (let minute = 1; minute <= Math.max(2, Math.floor(minutes)); minute++) {
    // of a run of less than two minutes, the middle and the end
    const dueMs = minutes < 2 ? (minute / 2) * minutes * 60_000 : minute * 60_000
    await sleep(startMs + dueMs - takingStockMs - performance.now())
    all.push(await takeStock(observer))
    const memory = [...all.at(-1)!].map(([id, { memoryBytes }]) => `${id} ${formatMebibytes(memoryBytes)}`)
    console.log(`  ${minute} min: memory ${memory.join(', ')}`)
  }
  return all
}

/** @throws {Refusal} the rate was not kept up. Late messages do not matter to memory. */
function checkGenerator(phases: readonly PhaseResult[]): void {
  const doubts = doubtsOf(phases, Infinity)
  if (doubts.length > 0) throw new Refusal(`the load generator was the bottleneck: ${doubts.join(', ')}`)
}

function failuresOf({ phases, closed, failed }: Result): string[] {
  return [
    ...phases.flatMap(({ errors }) => Object.entries(errors).map(([what, count]) => `${count} × ${what}`)),
    ...Object.entries(closed).map(([reason, count]) => `${count} connections were closed: ${reason}`),
    ...Object.entries(failed).map(([reason, count]) => `${count} clients could not come: ${reason}`),
  ]
}

function growths([first, ...rest]: readonly Stock[]): string[] {
  const last = rest.at(-1)!
  return [...first!].flatMap(([id, early]) => {
    const growth = growthOf(early, last.get(id), 'memoryBytes')
    return growth <= maxGrowth ? [] : [`the memory of ${id} grew by ${signed(growth)}`]
  })
}

function growthOf(early: Holdings, late: Holdings | undefined, of: 'memoryBytes' | 'heapBytes'): number {
  return (late?.[of] ?? NaN) / (early[of] ?? NaN) - 1
}

function printPhase({ phases }: Result): void {
  for (const { sent, answered, seconds, requests, delivering, late, errors } of phases) {
    const times = `p99 of answers ${formatLatency(requests.p99)}, of deliveries ${formatLatency(delivering.p99)}`
    console.log(
      `\n${formatNumber(sent)} messages in ${formatNumber(seconds)} s, ${formatNumber(answered)} answered`,
    )
    console.log(`${times}, of sending late ${formatLatency(late.p99)}; ${sumOf(errors)} errors`)
  }
}

function printMinutes(byMinute: readonly Stock[]): void {
  const [first, last] = [byMinute[0]!, byMinute.at(-1)!]
  const head = ['', 'memory after a minute', 'at the end', '', 'heap after a minute', 'at the end', '']
  const rows = [...first].map(([id, early]) => {
    const late = last.get(id)
    const cells = (['memoryBytes', 'heapBytes'] as const).flatMap((of) => {
      if (early[of] === undefined || late?.[of] === undefined) return ['–', '–', '–']
      return [formatMebibytes(early[of]), formatMebibytes(late[of]), signed(growthOf(early, late, of))]
    })
    return [id, ...cells]
  })
  console.log(`\n${formatTable([head, ...rows], new Set(head.keys().drop(1)))}`)
}
