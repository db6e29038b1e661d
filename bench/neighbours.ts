import { readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { formatShare } from '../packages/server/src/load/numbers.ts'
import { ServerProcesses } from '../packages/server/src/load/server-processes.ts'
import { Refusal } from './refusal.ts'

/** Measures what the rest of the machine does: all but this process and those that it started. Linux only. */
export class Neighbours {
  readonly #own = new ServerProcesses([process.pid])
  readonly #first = this.#read()
  #last = this.#first

  constructor() {
    // of a process that came and went between two readings all would be others'
    setInterval(() => this.#own.read(), ownMs).unref()
  }

  /** Returns the share of the machine's processors that others used since the last call. */
  sinceLast(): number {
    const last = this.#last
    this.#last = this.#read()
    return shareBetween(last, this.#last)
  }

  /** Resolves when others leave the machine alone. @throws {Refusal} they do not, for twenty minutes. */
  async quiet(maxShare: number): Promise<void> {
    const giveUpAtMs = performance.now() + patienceMs
    this.sinceLast()
    for (let calm = 0, told = false; calm < calmSeconds;) {
      await sleep(1_000)
      calm = this.sinceLast() > maxShare ? 0 : calm + 1
      if (performance.now() > giveUpAtMs) throw new Refusal('other programs use this machine all the time')
      if (calm === 0 && !told) console.log('waiting until other programs leave the machine alone')
      told ||= calm === 0
    }
  }

  /** Says how much of the machine others used since this was made. */
  describe(): string {
    return `others used ${formatShare(shareBetween(this.#first, this.#read()))} of the machine meanwhile`
  }

  #read(): Reading {
    // user, nice, system, idle, iowait, irq, softirq, steal: interrupts are mostly our own packets
    const ticks = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.split(/ +/).slice(1).map(Number)
    const busyTicks = [0, 1, 2, 7].reduce((sum, field) => sum + ticks[field]!, 0)
    return { atMs: performance.now(), others: busyTicks / ticksPerSecond - this.#own.read().cpuSeconds }
  }
}

interface Reading {
  readonly atMs: number
  /** Seconds of CPU, up to a constant. */
  readonly others: number
}

const ticksPerSecond = 100
const patienceMs = 20 * 60_000
const calmSeconds = 3
const ownMs = 500

function shareBetween(from: Reading, to: Reading): number {
  const seconds = ((to.atMs - from.atMs) / 1_000) * cpus().length
  // both accounts count in ticks of their own
  return Math.max(0, (to.others - from.others) / seconds)
}
