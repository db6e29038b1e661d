import { addressOf } from '../bus/subjects.ts'
import type { Change, Membership } from '../cluster/membership.ts'
import { ServerError } from '../errors.ts'
import type { ServerAddress } from '../server-info.ts'
import type { TimerWheel } from '../timer-wheel.ts'

/** Who waits until a server that comes or goes has done so here. */
export class Sightings {
  readonly #membership: Membership
  readonly #timers: TimerWheel
  /** By what they wait for: when a third of a cluster is lost, each of many waits for another server. */
  readonly #waiting = new Map<string, Set<() => void>>()

  constructor(membership: Membership, timers: TimerWheel) {
    this.#membership = membership
    this.#timers = timers
    membership.onChange((joined, left) => {
      for (const server of joined) this.#wake('joined', server)
      for (const server of left) this.#wake('gone', server)
    })
  }

  /**
   * Resolves when a change has been seen here: at once, if it has. Who is said to be gone is doubted here too.
   * @throws {ServerError} `TIMEOUT`
   */
  seen(change: Change, timeoutMs: number): Promise<void> {
    const { kind, server } = change
    if (kind === 'gone') this.#membership.doubt(server)
    if (this.#membership.hasSeen(change)) return Promise.resolve()
    return new Promise((resolve, reject) => {
      const key = keyOf(kind, server)
      const waiting = this.#waiting.get(key) ?? new Set()
      this.#waiting.set(key, waiting)
      const timer = this.#timers.schedule(timeoutMs, () => {
        waiting.delete(wake)
        if (waiting.size === 0) this.#waiting.delete(key)
        reject(new ServerError('TIMEOUT', `${server.id} is not ${kind} here`))
      })
      const wake = () => {
        timer.cancel()
        resolve()
      }
      waiting.add(wake)
    })
  }

  #wake(kind: Change['kind'], server: ServerAddress): void {
    const key = keyOf(kind, server)
    const waiting = this.#waiting.get(key)
    if (waiting === undefined) return
    this.#waiting.delete(key)
    for (const wake of waiting) wake()
  }
}

function keyOf(kind: Change['kind'], server: ServerAddress): string {
  return `${kind} ${addressOf(server)}`
}
