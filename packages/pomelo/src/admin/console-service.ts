import { EventEmitter } from 'node:events'
import type { AnyFunction } from '../callback.ts'
import { callBack } from '../callback.ts'
import { getLogger } from '../log.ts'

/** An admin module: what an application registers, and what Pomelo brings. All of it is optional. */
export interface AdminModule {
  /** `pull`: the master's handler is called every `interval`; `push`: those of the servers. */
  readonly type?: unknown
  /** In seconds, as `delay`, the time before the first call. */
  readonly interval?: unknown
  readonly delay?: unknown
  /** Called on each server, and on the master's own. */
  readonly monitorHandler?: unknown
  readonly masterHandler?: unknown
  /** Called for tools. */
  readonly clientHandler?: unknown
  readonly start?: unknown
}

export type HandlerName = 'monitorHandler' | 'masterHandler' | 'clientHandler'

interface Registered {
  readonly moduleId: string
  readonly module: AdminModule
  enable: boolean
  timer: NodeJS.Timeout | undefined
}

const logger = getLogger('pomelo-admin')

/** The admin modules of one process, as its master or as one of its servers. */
export class ConsoleService {
  readonly master: boolean
  readonly modules: Record<string, Registered> = Object.create(null) as Record<string, Registered>
  readonly values: Record<string, unknown> = {}
  /** What modules talk to the others with. Set before they are registered. */
  agent: unknown
  readonly #emitter = new EventEmitter()

  constructor(isMaster: boolean) {
    this.master = isMaster
  }

  /** @throws {Error} the module wants to be called at no time that is a number of seconds. */
  register(moduleId: string, module: AdminModule): void {
    const { interval, delay } = module
    for (const seconds of [interval, delay])
      if (Number.isNaN(Number(seconds ?? 0)))
        throw new Error(
          `the admin module ${moduleId} has an interval or delay that is no number of seconds: ${String(seconds)}`,
        )
    this.disable(moduleId)
    this.modules[moduleId] = { moduleId, module, enable: false, timer: undefined }
  }

  start(): void {
    for (const moduleId of Object.keys(this.modules)) this.enable(moduleId)
  }

  stop(): void {
    for (const moduleId of Object.keys(this.modules)) this.disable(moduleId)
  }

  /** Returns whether it was not enabled yet. */
  enable(moduleId: string): boolean {
    const registered = this.modules[moduleId]
    if (registered === undefined || registered.enable) return false
    registered.enable = true
    this.#schedule(registered)
    return true
  }

  disable(moduleId: string): boolean {
    const registered = this.modules[moduleId]
    if (!registered?.enable) return false
    registered.enable = false
    clearTimeout(registered.timer)
    clearInterval(registered.timer)
    return true
  }

  /** Calls a module's handler. What it calls back with is the caller's to make sense of. */
  execute(moduleId: string, method: HandlerName, msg: unknown, callback?: unknown): void {
    const registered = this.modules[moduleId]
    if (registered === undefined) return callBack(callback, `unknown moduleId:${moduleId}`)
    if (!registered.enable) return callBack(callback, `module ${moduleId} is disable`)
    const handler = registered.module[method]
    if (typeof handler !== 'function')
      return callBack(callback, `module ${moduleId} dose not have a method called ${method}`)
    const answer = (...args: unknown[]) => callBack(callback, ...args)
    try {
      ;(handler as AnyFunction).call(registered.module, this.agent, msg, answer)
    } catch (error) {
      logger.error('%s of the module %s failed: %O', method, moduleId, error)
      callBack(callback, error)
    }
  }

  set(moduleId: string, value: unknown): void {
    this.values[moduleId] = value
  }

  get(moduleId: string): unknown {
    return this.values[moduleId]
  }

  on(event: string, listener: AnyFunction): this {
    this.#emitter.on(event, listener)
    return this
  }

  emit(event: string, ...args: unknown[]): boolean {
    return this.#emitter.emit(event, ...args)
  }

  /** Pulls on the master, pushes on servers. */
  #schedule(registered: Registered): void {
    const { type, interval, delay = 0 } = registered.module
    if (!type || !interval || (type === 'push') === this.master) return
    const run = () =>
      this.execute(registered.moduleId, this.master ? 'masterHandler' : 'monitorHandler', undefined)
    registered.timer = setTimeout(
      () => {
        run()
        registered.timer = setInterval(run, Math.max(1, Math.ceil(Number(interval))) * 1_000)
      },
      Math.max(0, Number(delay)) * 1_000,
    )
  }
}
