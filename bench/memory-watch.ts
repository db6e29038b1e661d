import { setTimeout as sleep } from 'node:timers/promises'
import { formatTable } from '../packages/server/src/cli/format.ts'
import { formatMebibytes, formatNumber } from '../packages/server/src/load/numbers.ts'
import type { Observer } from './observer.ts'

/** What a server holds. */
export interface Held {
  readonly memoryBytes: number
  readonly heapBytes: number
  readonly calls: number
  readonly timers: number
}

/** Reads what the servers of a type hold, phase by phase, until it is stopped. */
export class MemoryWatch {
  readonly #observer: Observer
  readonly #type: string
  readonly #phases = new Map<string, Held[]>()
  readonly #reading: Promise<void>
  #phase = 'connecting'
  #over = false

  constructor(observer: Observer, type: string) {
    this.#observer = observer
    this.#type = type
    this.#reading = this.#read()
  }

  begin(phase: string): void {
    this.#phase = phase
  }

  stop(): Promise<void> {
    this.#over = true
    return this.#reading
  }

  /** Returns the most that one of them held in a phase. */
  most(phase: string, of: keyof Held): number {
    return Math.max(0, ...(this.#phases.get(phase) ?? []).map((held) => held[of]))
  }

  describe(): string {
    const rows = [...this.#phases.keys()].map((phase) => [
      phase,
      formatMebibytes(this.most(phase, 'memoryBytes')),
      formatMebibytes(this.most(phase, 'heapBytes')),
      formatNumber(this.most(phase, 'calls')),
      formatNumber(this.most(phase, 'timers')),
    ])
    const head = [`at most, of a ${this.#type}`, 'memory', 'heap', 'calls', 'timers']
    return formatTable([head, ...rows], new Set([1, 2, 3, 4]))
  }

  async #read(): Promise<void> {
    const servers = this.#observer.servers().filter(({ type }) => type === this.#type)
    while (!this.#over) {
      const all = await Promise.all(servers.map((server) => this.#observer.stats(server)))
      const held = this.#phases.get(this.#phase) ?? []
      this.#phases.set(this.#phase, held)
      held.push(...all)
      await sleep(pollMs)
    }
  }
}

const pollMs = 250
