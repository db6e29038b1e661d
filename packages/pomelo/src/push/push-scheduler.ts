import type { App } from '../app.ts'
import { callBack, called } from '../callback.ts'
import type { AnyFunction, Callback } from '../callback.ts'
import type { Component } from '../component.ts'
import { createDirectScheduler } from './direct.ts'
import type { PushOptions, PushScheduler } from './scheduler.ts'

/** What `pushSchedulerConfig` says: one scheduler, or several and who chooses among them. */
interface SchedulerConfig {
  readonly scheduler?: unknown
  /** `(reqId, route, msg, recvs, opts, cb(id))` */
  readonly selector?: unknown
}

interface NamedScheduler {
  readonly id: string
  readonly scheduler: unknown
  readonly options?: unknown
}

/** The component `__pushScheduler__`: gives each push to a scheduler. */
export class PushSchedulerComponent implements Component {
  readonly name = '__pushScheduler__'
  readonly #schedulers = new Map<string, PushScheduler>()
  readonly #selector: AnyFunction | undefined

  constructor(app: App, { scheduler, selector, ...rest }: SchedulerConfig = {}) {
    const isList = Array.isArray(scheduler)
    this.#selector = isList && typeof selector === 'function' ? (selector as AnyFunction) : undefined
    const named = isList
      ? (scheduler as NamedScheduler[])
      : [{ id: only, scheduler, options: { scheduler, ...rest } }]
    for (const each of named) this.#schedulers.set(each.id, make(app, each))
  }

  afterStart(callback: Callback): void {
    this.#all((scheduler, done) => (scheduler.start ? scheduler.start(done) : done()), callback)
  }

  stop(force: boolean, callback: Callback): void {
    this.#all((scheduler, done) => (scheduler.stop ? scheduler.stop(force, done) : done()), callback)
  }

  /** Calls back when all have, with the first error. */
  #all(run: (scheduler: PushScheduler, done: Callback) => unknown, callback: Callback): void {
    const runs = [...this.#schedulers.values()].map((each) => called((done) => void run(each, done)))
    Promise.all(runs).then(
      () => callBack(callback),
      (error: unknown) => callBack(callback, error),
    )
  }

  schedule(
    reqId: null,
    route: string,
    message: unknown,
    receivers: number[] | null,
    opts: PushOptions,
    callback?: unknown,
  ): void {
    const choose = (id: unknown) => {
      const scheduler = this.#schedulers.get(String(id))
      if (scheduler === undefined) callBack(callback, new Error(`there is no push scheduler ${String(id)}`))
      else scheduler.schedule(reqId, route, message, receivers, opts, callback)
    }
    if (this.#selector === undefined) choose(only)
    else this.#selector.call(undefined, reqId, route, message, receivers, opts, choose)
  }
}

/** The name of a scheduler that is alone. */
const only = ''

function make(app: App, { scheduler = createDirectScheduler, options }: NamedScheduler): PushScheduler {
  const made: unknown =
    typeof scheduler === 'function' ? (scheduler as AnyFunction).call(undefined, app, options) : scheduler
  if (typeof (made as Partial<PushScheduler> | null)?.schedule === 'function') return made as PushScheduler
  throw new Error('pushSchedulerConfig.scheduler makes nothing that has a function schedule')
}
