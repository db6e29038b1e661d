import { randomBytes } from 'node:crypto'
import { arch, cpus, platform, release } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from './client.ts'
import { Crowd } from './crowd.ts'
import { doubtsOf } from './doubts.ts'
import { OwnMeter } from './own-usage.ts'
import { createPomeloProtocol } from './pomelo.ts'
import type { Protocol } from './protocol.ts'
import type { Entering, Machine, PhaseResult, Result, Sample, ServerWork } from './result.ts'
import type { Phase, Scenario } from './scenario.ts'
import { ServerProcesses } from './server-processes.ts'
import type { ServerUsage } from './server-processes.ts'
import { Work } from './work.ts'

export interface RunOptions {
  /** Of the servers; their children are added. Without, nothing is known of the servers' side. */
  readonly pids?: readonly number[]
  /** Ends the run early; what there is until then is the result. */
  readonly signal?: AbortSignal
  /** What clients speak. @default Pomelo's protocol */
  readonly protocol?: Protocol
  /** Is called when a phase begins. */
  onPhase?(name: string): void
  /** Is called each second. */
  onSample?(sample: Sample): void
}

/** Runs a scenario. @throws {LoadError} no client could enter. */
export async function runLoad(scenario: Scenario, options: RunOptions = {}): Promise<Result> {
  const run = new Run(scenario, options)
  try {
    return await run.perform()
  } finally {
    run.end()
  }
}

class Run {
  readonly #scenario: Scenario
  readonly #options: RunOptions
  readonly #signal: AbortSignal
  readonly #crowd: Crowd
  readonly #processes: ServerProcesses | undefined
  readonly #startMs = performance.now()
  readonly #startedAt = new Date().toISOString()
  readonly #timeline: Sample[] = []
  readonly #closed = new Map<string, number>()
  readonly #failed = new Map<string, number>()
  #work: Work
  #sampledAtMs = this.#startMs
  #sampled = { answered: 0, deliveries: 0, cpuSeconds: 0 }
  readonly #sampling: NodeJS.Timeout

  constructor(scenario: Scenario, options: RunOptions) {
    this.#scenario = scenario
    this.#options = options
    this.#signal = options.signal ?? new AbortController().signal
    this.#processes = options.pids && new ServerProcesses(options.pids)
    this.#crowd = new Crowd({
      scenario,
      protocol: options.protocol ?? createPomeloProtocol(),
      run: randomBytes(3).toString('hex'),
      events: {
        onAnswer: (client, dueMs, code) => this.#work.onAnswer(client, dueMs, code),
        onDelivery: (client, ...where) => this.#work.onDelivery(client, ...where),
        onClose: (client, reason) => this.#onClose(client, reason),
      },
      onEnter: (client) => this.#work.onEnter(client),
      onLeave: (client) => this.#work.onLeave(client),
      onFailure: (error) => count(this.#failed, error.message),
    })
    this.#work = this.#begin({ name: 'connecting', seconds: 0, measured: false, churnPerSecond: 0 })
    this.#sampling = setInterval(() => this.#onSecond(), 1_000)
  }

  async perform(): Promise<Result> {
    const entering = await this.#enter()
    const phases: PhaseResult[] = []
    for (const phase of this.#scenario.phases) {
      if (this.#signal.aborted) break
      phases.push(await this.#perform(phase))
    }
    return {
      startedAt: this.#startedAt,
      machine: describeMachine(),
      clients: this.#scenario.clients,
      entering,
      phases,
      timeline: this.#timeline,
      closed: Object.fromEntries(this.#closed),
      failed: Object.fromEntries(this.#failed),
      interrupted: this.#signal.aborted,
      doubts: doubtsOf(phases, this.#scenario.maxLateMs),
    }
  }

  /** Frees everything. */
  end(): void {
    clearInterval(this.#sampling)
    this.#work.stop()
    this.#crowd.disperse()
  }

  async #enter(): Promise<Entering> {
    const before = this.#processes?.read()
    await this.#crowd.gather(this.#signal)
    const server = before && this.#serverSince(before)
    return {
      count: this.#crowd.entering.total().count,
      seconds: (performance.now() - this.#startMs) / 1_000,
      took: this.#crowd.entering.total(),
      ...(server && { server: { ...server, memoryBytesBefore: before.memoryBytes } }),
    }
  }

  async #perform(phase: Phase): Promise<PhaseResult> {
    this.#sample()
    this.#options.onPhase?.(phase.name)
    const before = this.#processes?.read()
    const own = new OwnMeter()
    const startMs = performance.now()
    const work = (this.#work = this.#begin(phase))
    await this.#wait(phase.seconds * 1_000)
    work.stop()
    const seconds = (performance.now() - startMs) / 1_000
    const server = before && this.#serverSince(before)
    const ownUsage = own.stop()
    const connected = this.#crowd.size
    await this.#drain(work)
    this.#sample()
    const { sent, answered, deliveries, requests, delivering, late, errors } = work.tally
    return {
      name: phase.name,
      measured: phase.measured,
      seconds,
      connected,
      sent,
      answered,
      deliveries,
      requests: requests.total(),
      delivering: delivering.total(),
      late: late.total(),
      errors: Object.fromEntries(errors),
      own: ownUsage,
      ...(server && { server }),
    }
  }

  #begin(phase: Phase): Work {
    this.#sampled = { ...this.#sampled, answered: 0, deliveries: 0 }
    return new Work(phase, this.#scenario, this.#crowd)
  }

  /** Waits for the answers to what was sent, but no longer than they may take. */
  async #drain(work: Work): Promise<void> {
    const endMs = performance.now() + Math.min(maxDrainMs, this.#scenario.timeoutMs)
    while (work.inFlight > 0 && performance.now() < endMs && !this.#signal.aborted) await this.#wait(10)
    // deliveries may come behind the answer, or without one
    await this.#wait(graceMs)
    work.giveUp()
  }

  async #wait(ms: number): Promise<void> {
    try {
      await sleep(ms, undefined, { signal: this.#signal })
    } catch (error) {
      if (!this.#signal.aborted) throw error
    }
  }

  #serverSince(before: ServerUsage): ServerWork | undefined {
    const after = this.#processes?.read()
    return after && { cpuSeconds: after.cpuSeconds - before.cpuSeconds, memoryBytes: after.memoryBytes }
  }

  #onClose(client: Client, reason: string): void {
    if (!this.#crowd.lose(client)) return
    count(this.#closed, reason)
    this.#work.onLeave(client)
  }

  #onSecond(): void {
    this.#work.expire(performance.now())
    this.#sample()
  }

  #sample(): void {
    const nowMs = performance.now()
    const seconds = (nowMs - this.#sampledAtMs) / 1_000
    // rates of an instant are noise
    if (seconds < leastSampleSeconds) return
    const { tally, phase } = this.#work
    const usage = this.#processes?.read()
    const cpuSeconds = usage?.cpuSeconds ?? 0
    const sample: Sample = {
      atSeconds: (nowMs - this.#startMs) / 1_000,
      phase: phase.name,
      connected: this.#crowd.size,
      requestsPerSecond: (tally.answered - this.#sampled.answered) / seconds,
      deliveriesPerSecond: (tally.deliveries - this.#sampled.deliveries) / seconds,
      requests: tally.requests.takeRecent(),
      delivering: tally.delivering.takeRecent(),
      late: tally.late.takeRecent(),
      errors: tally.errorCount,
      ...(usage && { server: { ...usage, cpu: (cpuSeconds - this.#sampled.cpuSeconds) / seconds } }),
    }
    this.#sampledAtMs = nowMs
    this.#sampled = { answered: tally.answered, deliveries: tally.deliveries, cpuSeconds }
    this.#timeline.push(sample)
    this.#options.onSample?.(sample)
  }
}

const maxDrainMs = 5_000
const graceMs = 50
const leastSampleSeconds = 0.25

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1)
}

function describeMachine(): Machine {
  const all = cpus()
  return {
    node: process.version,
    system: `${platform()} ${release()} ${arch()}`,
    processor: all[0]?.model.trim() ?? 'unknown',
    processors: all.length,
  }
}
