import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks'
import { EventQueue } from './event-queue.ts'
import type { Random } from './random.ts'
import type { Event, VirtualProcess } from './virtual-process.ts'

/** Where virtual time begins, in milliseconds since the epoch. */
const epochMs = Date.UTC(2026, 0, 1)

/**
 * A clock that stands while anything runs, and jumps to the next event when nothing does. What is started in a virtual
 * process belongs to it, over promises and timers: so it can be frozen and killed. A library's fake timers would know
 * nothing of processes.
 */
export class VirtualTime {
  readonly #events = new EventQueue<Event>()
  readonly #current = new AsyncLocalStorage<VirtualProcess | undefined>()
  /** What runs something in the context of a process: made once for each, as a context is not cheap. */
  readonly #contexts = new Map<VirtualProcess | undefined, AsyncResource>()
  readonly #yield = globalThis.setImmediate
  readonly #onError: (error: unknown, process: string) => void
  #now = 0

  /** `onError` takes what would have ended a real process. */
  constructor(onError: (error: unknown, process: string) => void) {
    this.#onError = onError
  }

  /** Milliseconds since virtual time began. */
  get now(): number {
    return this.#now
  }

  /** Calls `run` after some milliseconds, as part of `process`. @default the process that this is called in */
  after(delayMs: number, run: () => void, process = this.#current.getStore()): void {
    this.at(this.#now + delayMs, run, process)
  }

  at(at: number, run: () => void, process: VirtualProcess | undefined): void {
    this.add(at, { run, process, isTimer: false, cancelled: false })
  }

  add(at: number, event: Event): void {
    this.#events.push(at, event)
  }

  /** Runs something as part of a process. */
  in<T>(process: VirtualProcess | undefined, run: () => T): T {
    return this.#contextOf(process).runInAsyncScope(run)
  }

  /** Lets something arrive at a process: now, or as soon as it goes on. */
  hand(process: VirtualProcess, run: () => void): void {
    if (process.state === 'running') this.in(process, run)
    else this.after(0, run, process)
  }

  /** Lets a process go on. What it has missed happens now, in order; or else what others said before its own timers. */
  thaw(process: VirtualProcess, random: Random): void {
    const missed = process.thaw(this.#now)
    if (random.chance(0.5)) missed.sort((one, other) => Number(one.isTimer) - Number(other.isTimer))
    for (const event of missed) this.add(this.#now, event)
  }

  /** Lets time pass. Resolves when all until then has happened. */
  run(untilMs: number): Promise<void> {
    return new Promise((resolve) => {
      const step = () => {
        const at = this.#events.nextAt
        if (at > untilMs) return
        this.#happen(at, this.#events.pop()!)
      }
      // between two immediates of one round, promises and ticks settle: that is what makes a turn of the loop
      const round = () => {
        if (this.#events.nextAt > untilMs) {
          this.#now = untilMs
          resolve()
          return
        }
        for (let count = 0; count < stepsPerRound; count++) this.#yield(step)
        this.#yield(round)
      }
      this.#yield(round)
    })
  }

  /** Puts itself in the place of the timers and clocks of this process, until the returned function is called. */
  install(random: Random): () => void {
    const undo = [
      replace(globalThis, 'setTimeout', this.#setTimeout.bind(this)),
      replace(globalThis, 'setInterval', this.#setInterval.bind(this)),
      replace(globalThis, 'setImmediate', this.#setImmediate.bind(this)),
      ...(['clearTimeout', 'clearInterval', 'clearImmediate'] as const).map((name) =>
        replace(globalThis, name, cancel),
      ),
      replace(performance, 'now', () => this.#now),
      replace(performance, 'timeOrigin', epochMs),
      replace(Date, 'now', () => epochMs + Math.floor(this.#now)),
      replace(Math, 'random', () => random.next()),
    ]
    return () => undo.forEach((restore) => restore())
  }

  #setTimeout(run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): VirtualTimer {
    return new VirtualTimer(this.#set(wholeMs(ms), () => run(...args)))
  }

  #setInterval(run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]): VirtualTimer {
    const tick = () => {
      timer.event = this.#set(wholeMs(ms), tick)
      run(...args)
    }
    const timer = new VirtualTimer(this.#set(wholeMs(ms), tick))
    return timer
  }

  #setImmediate(run: (...args: unknown[]) => void, ...args: unknown[]): VirtualTimer {
    return new VirtualTimer(this.#set(0, () => run(...args)))
  }

  #set(delayMs: number, run: () => void): TimerEvent {
    const event = { run, process: this.#current.getStore(), isTimer: true, cancelled: false }
    this.add(this.#now + delayMs, event)
    return event
  }

  #contextOf(process: VirtualProcess | undefined): AsyncResource {
    let context = this.#contexts.get(process)
    if (context === undefined) {
      context = this.#current.run(process, () => new AsyncResource('VirtualProcess'))
      this.#contexts.set(process, context)
    }
    return context
  }

  #happen(at: number, event: Event): void {
    const { process, cancelled } = event
    if (cancelled || process?.state === 'dead') return
    this.#now = Math.max(this.#now, at)
    if (process?.state === 'frozen') {
      process.backlog.push(event)
      return
    }
    try {
      // what is nobody's runs where the loop does: outside of all processes
      if (process === undefined) event.run()
      else this.#contextOf(process).runInAsyncScope(event.run, event)
    } catch (error) {
      this.#onError(error, process?.name ?? 'the world')
    }
  }
}

type TimerEvent = Event & { cancelled: boolean }

/** What `setTimeout` and its like return. */
class VirtualTimer {
  event: TimerEvent

  constructor(event: TimerEvent) {
    this.event = event
  }

  ref(): this {
    return this
  }

  unref(): this {
    return this
  }
}

const stepsPerRound = 256
function cancel(timer: VirtualTimer | undefined): void {
  if (timer instanceof VirtualTimer) timer.event.cancelled = true
}

/** As Node has it: whole milliseconds, one at the least. */
function wholeMs(ms: number): number {
  return ms >= 1 ? Math.floor(ms) : 1
}

function replace(object: object, name: string, value: unknown): () => void {
  const own = Object.getOwnPropertyDescriptor(object, name)
  Object.defineProperty(object, name, { value, configurable: true, writable: true })
  return () => {
    if (own === undefined) Reflect.deleteProperty(object, name)
    else Object.defineProperty(object, name, own)
  }
}
