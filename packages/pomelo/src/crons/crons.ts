import { join } from 'node:path'
import type { App } from '../app.ts'
import type { Callback } from '../callback.ts'
import type { Component } from '../component.ts'
import { readConfigFile } from '../config/config-file.ts'
import { events } from '../events.ts'
import { getLogger } from '../log.ts'
import { loadModules } from '../modules/loader.ts'
import { methodOf } from '../modules/methods.ts'
import { CronTime } from './cron-time.ts'

/** An entry of crons.json. */
interface Cron {
  readonly id?: string | number
  readonly time?: string
  /** `<file>.<method>` in `app/servers/<type>/cron`. */
  readonly action?: string
  /** Of all servers of the type only this one. */
  readonly serverId?: string
}

interface Job {
  readonly time: CronTime
  readonly run: () => unknown
  timer: NodeJS.Timeout | undefined
}

/** The longest that a timer can wait: one that is later is looked at again. */
const longestMs = 2 ** 31 - 1

const logger = getLogger('pomelo', 'cron')

/** The component `__server__`: runs a server's crons. */
export class ServerComponent implements Component {
  readonly name = '__server__'
  readonly #app: App
  readonly #native: () => object
  readonly #jobs = new Map<string, Job>()

  /** `native` gives Shaddock's application, for crons that are written for it. */
  constructor(app: App, native: () => object) {
    this.#app = app
    this.#native = native
    app.event.on(events.ADD_CRONS, (crons: readonly Cron[]) => this.#add(crons))
    app.event.on(events.REMOVE_CRONS, (crons: readonly Cron[]) => this.#remove(crons))
  }

  afterStart(callback: Callback): void {
    const file = readConfigFile(this.#app.base, this.#app.env, 'config/crons.json')
    const { [this.#app.serverType]: crons = [] } = (file?.value ?? {}) as Record<string, Cron[]>
    this.#add(crons.filter(({ serverId }) => !serverId || serverId === this.#app.serverId))
    callback()
  }

  stop(_force: boolean, callback: Callback): void {
    for (const job of this.#jobs.values()) clearTimeout(job.timer)
    this.#jobs.clear()
    callback()
  }

  /** What is wrong with one is said, and keeps none of the others from it. */
  #add(crons: readonly Cron[]): void {
    if (crons.length === 0) return
    const folder = join(this.#app.base, 'app/servers', this.#app.serverType, 'cron')
    const modules = new Map(
      loadModules(folder, { app: this.#app, native: this.#native() }).map(({ name, object }) => [
        name,
        object,
      ]),
    )
    for (const cron of crons) {
      try {
        this.#schedule(cron, modules)
      } catch (error) {
        logger.error('%j is left out: %s', cron, (error as Error).message)
      }
    }
  }

  #schedule({ id, time, action }: Cron, modules: ReadonlyMap<string, object>): void {
    if (!id || !time || !action) throw new Error('a cron has an id, a time and an action')
    if (this.#jobs.has(String(id))) throw new Error(`there is a cron ${id} already`)
    const [file = '', method = ''] = action.split('.')
    const module = modules.get(file)
    const run = module && methodOf(module, method)
    if (run === undefined)
      throw new Error(`there is no ${action} in app/servers/${this.#app.serverType}/cron`)
    const cronTime = new CronTime(time)
    if (cronTime.next(Date.now()) === undefined) throw new Error(`there is no day such as ${time}`)
    const job: Job = { time: cronTime, run: () => run.call(module), timer: undefined }
    this.#jobs.set(String(id), job)
    this.#wait(job)
  }

  #remove(crons: readonly Cron[]): void {
    for (const { id } of crons) {
      const job = this.#jobs.get(String(id))
      clearTimeout(job?.timer)
      if (!this.#jobs.delete(String(id))) logger.warn('there is no cron %s to remove', id)
    }
  }

  #wait(job: Job): void {
    const now = Date.now()
    const at = job.time.next(now)
    if (at === undefined) return
    const delayMs = Math.min(at - now, longestMs)
    job.timer = setTimeout(() => {
      const isDue = Date.now() >= at
      this.#wait(job)
      if (isDue) runSafely(job)
    }, delayMs)
    job.timer.unref()
  }
}

function runSafely(job: Job): void {
  const report = (error: unknown) => logger.error('a cron failed: %O', error)
  try {
    Promise.resolve(job.run()).catch(report)
  } catch (error) {
    report(error)
  }
}
