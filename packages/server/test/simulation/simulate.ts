// Runs worlds of virtual servers, one a seed: `npm run simulate`. `--help` says what else.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { simulateCrowd } from './crowd-table.ts'
import { runSeed } from './run.ts'
import type { Outcome } from './run.ts'

const help = `npm run simulate -- [--seeds <count>] [--from <seed>]
npm run simulate -- --seed <seed> [--messages]
npm run simulate -- --servers <count> [--seed <seed>]

Runs the real servers on a virtual network and clock, while servers are killed, frozen, cut off, restarted and added, and
checks what must hold however that goes. Each seed is another course of events, and always the same one.

  --seeds     how many (1000)
  --from      the first of them (1)
  --seed      one alone, with a trace of what happened
  --messages  with what the servers said to one another, too
  --servers   so many servers at once, without people: prints how soon they agree on who is there, and what
              becomes of calls meanwhile. 300 take a minute, 1000 some ten, and 5 GB
`

/** What a worker tells of a seed: the trace is made again by whoever wants to read it. */
type Report = Omit<Outcome, 'trace'>

if (isMainThread) await main()
else if ('servers' in (workerData as Task)) await runCrowd(workerData as CrowdTask)
else await work(workerData as Share)

type Task = Share | CrowdTask

interface Share {
  readonly first: number
  readonly last: number
  readonly step: number
}

interface CrowdTask {
  readonly servers: number
  readonly seed: number
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      from: { type: 'string', default: '1' },
      seed: { type: 'string' },
      servers: { type: 'string' },
      messages: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) console.log(help)
  else if (values.servers !== undefined)
    await inWorker({ servers: Number(values.servers), seed: Number(values.seed ?? 1) })
  else if (values.seed !== undefined) await replay(Number(values.seed), values.messages)
  else await runAll(Number(values.from), Number(values.seeds))
}

async function replay(seed: number, messages: boolean): Promise<void> {
  const { trace, violations, mark } = await runSeed(seed, { messages })
  console.log(trace.join('\n'))
  console.log(`\nseed ${seed} (${mark}): ${violations.length === 0 ? 'all is as it must be' : 'failed'}`)
  for (const violation of violations) console.log(`  ${violation}`)
  if (violations.length > 0) process.exitCode = 1
}

async function runAll(from: number, count: number): Promise<void> {
  const startedAt = performance.now()
  const step = Math.min(availableParallelism(), count)
  const last = from + count - 1
  const reports: Report[] = []
  const workers = Array.from({ length: step }, (_, at) => {
    const share: Share = { first: from + at, last, step }
    return inWorker(share, (report) => {
      reports.push(report)
      if (report.violations.length > 0) tellFailure(report)
    })
  })
  await Promise.all(workers)
  const failed = reports.filter(({ violations }) => violations.length > 0)
  const said = reports.reduce((total, report) => total + report.said, 0)
  const heard = reports.reduce((total, report) => total + report.heard, 0)
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  console.log(
    `${reports.length} seeds in ${seconds} s: ${said} messages said, ${heard} heard, ${failed.length} failed`,
  )
  if (failed.length > 0 || reports.length < count) process.exitCode = 1
}

function tellFailure({ seed, violations }: Report): void {
  console.log(`seed ${seed} failed:`)
  for (const violation of violations.slice(0, 3)) console.log(`  ${violation}`)
  if (violations.length > 3) console.log(`  and ${violations.length - 3} more`)
  console.log(`  npm run simulate -- --seed ${seed}`)
}

function inWorker(task: Task, onReport: (report: Report) => void = () => undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const resourceLimits =
      'servers' in task
        ? // most of what is young is on its way, and outlives a short time
          { maxOldGenerationSizeMb: 16_384, maxYoungGenerationSizeMb: 384 }
        : { maxOldGenerationSizeMb: 2_048 }
    const worker = new Worker(new URL(import.meta.url), { workerData: task, resourceLimits })
    worker.on('message', onReport)
    worker.on('error', reject)
    worker.on('exit', () => resolve())
  })
}

async function runCrowd({ servers, seed }: CrowdTask): Promise<void> {
  const startedAt = performance.now()
  await simulateCrowd(servers, seed, { print: console.log, tell: console.error })
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage()
  const cpuSeconds = Math.round((userCPUTime + systemCPUTime) / 1e6)
  console.error(`it took ${seconds} s, ${cpuSeconds} s of CPU, and ${(maxRSS / 2 ** 20).toFixed(1)} GB`)
}

async function work({ first, last, step }: Share): Promise<void> {
  for (let seed = first; seed <= last; seed += step) {
    const { trace: _, ...report } = await runSeed(seed)
    parentPort?.postMessage(report)
  }
}
