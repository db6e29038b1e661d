import { createHash } from 'node:crypto'
import { addressOf } from '../bus/subjects.ts'
import { rendezvous } from '../dispatch/router.ts'
import type { ServerInfo } from '../server-info.ts'
import type { TimerWheel } from '../timer-wheel.ts'

const minPauseMs = 50
const maxPauseMs = 1_000

/** The frontends that one server sees, at one moment. */
export interface View {
  readonly frontends: readonly ServerInfo[]
  /** The same for all servers that see the same. */
  readonly mark: string
  /** Since when, in milliseconds of `performance.now`. */
  readonly since: number
}

/** Which frontends there are, and whose turn it is to decide on a uid. */
export class Roster {
  readonly #timers: TimerWheel
  readonly #waiting = new Set<() => void>()
  #view: View = viewOf([])
  /** Called when another view has taken the place of the last. */
  onView: (view: View, previous: View) => void = () => undefined

  constructor(timers: TimerWheel) {
    this.#timers = timers
  }

  get view(): View {
    return this.#view
  }

  see(frontends: readonly ServerInfo[]): void {
    const view = viewOf(frontends)
    const previous = this.#view
    if (view.mark === previous.mark) return
    this.#view = view
    this.onView(view, previous)
    this.stir()
  }

  /** Ends all waiting: something has come that may be what is waited for. */
  stir(): void {
    for (const wake of this.#waiting) wake()
  }

  /**
   * Does something again, after growing pauses, until it succeeds or another view has taken the place of `view`. Returns
   * whether it did.
   */
  async persist(view: View, act: () => Promise<boolean>): Promise<boolean> {
    for (let pauseMs = minPauseMs; this.#view === view; pauseMs = Math.min(2 * pauseMs, maxPauseMs)) {
      if (await act()) return true
      await this.wait(pauseMs)
    }
    return false
  }

  /** Resolves when something stirs, or after `ms`. */
  async wait(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = this.#timers.schedule(ms, resolve)
    this.#waiting.add(resolve)
    await promise
    this.#waiting.delete(resolve)
    timer.cancel()
  }
}

/** Returns the frontend that keeps the claim to a uid. */
export function homeOf(uid: string, { frontends }: View): ServerInfo {
  return rendezvous(uid, frontends)
}

function viewOf(frontends: readonly ServerInfo[]): View {
  const addresses = frontends.map(addressOf).sort().join()
  const mark = createHash('md5').update(addresses).digest('base64')
  return { frontends, mark, since: performance.now() }
}
