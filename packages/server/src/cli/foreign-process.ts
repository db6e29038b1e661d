import { setTimeout as delay } from 'node:timers/promises'
import { birthOf } from './process-birth.ts'

/** How a process is seen by those who speak with it: its loss says that it is time to look whether it lives. */
export interface Sight {
  isThere(): boolean
  /** Resolves at the next change of who is there. */
  changed(): Promise<unknown>
}

const pollMs = 50

/** The life of a process that this one did not start. */
export class ForeignProcess {
  readonly pid: number
  readonly #birth: string | undefined

  /** `birth` tells it from others that had its pid. @default that of the process which has the pid now */
  constructor(pid: number, birth = birthOf(pid)) {
    this.pid = pid
    this.#birth = birth
  }

  get isAlive(): boolean {
    return this.#birth !== undefined && birthOf(this.pid) === this.#birth
  }

  signal(name: NodeJS.Signals): void {
    // the pid may be another's by now
    if (!this.isAlive) return
    try {
      process.kill(this.pid, name)
    } catch (error) {
      // it ended a moment ago
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }

  /** Resolves when it has ended. One that stands still is not seen, and lives: only the system knows. */
  async ended(sight: Sight): Promise<string> {
    while (this.isAlive) {
      if (sight.isThere()) await sight.changed()
      else await delay(pollMs, undefined, { ref: false })
    }
    return 'its process is gone'
  }
}
