import type { AnyFunction } from '../callback.ts'
import { callBack, toError } from '../callback.ts'
import { getLogger } from '../log.ts'
import type { LoadedModule } from '../modules/loader.ts'
import { methodOf } from '../modules/methods.ts'
import { encodeOutcome } from './message.ts'
import type { RpcMessage } from './message.ts'

const logger = getLogger('pomelo', 'remote')

/** What other servers may call on this one: by namespace, and by service. */
export class RpcServices {
  readonly #byName = new Map<string, LoadedModule>()

  add(namespace: string, module: LoadedModule): void {
    this.#byName.set(`${namespace}.${module.name}`, module)
  }

  /**
   * Runs a call and resolves with what the remote called back with. Where nobody waits for that, it resolves at once:
   * remotes that are called without a callback often never call back.
   */
  run(message: RpcMessage, isAwaited: boolean): Promise<unknown[]> {
    return new Promise((resolve) => {
      const finish = (...args: unknown[]) => resolve(encodeOutcome(args))
      this.call(message, finish)
      if (!isAwaited) resolve([])
    })
  }

  /** Runs a call in this process. */
  call({ namespace, service, method, args }: RpcMessage, callback: unknown): void {
    const module = this.#byName.get(`${namespace}.${service}`)
    const run = module && methodOf(module.object, method)
    if (module === undefined) return callBack(callback, new Error(`no such service:${service}`))
    if (run === undefined) return callBack(callback, new Error(`no such method:${method}`))
    const state = { isAnswered: false }
    const finish = (...outcome: unknown[]) => {
      if (state.isAnswered) return
      state.isAnswered = true
      callBack(callback, ...outcome)
    }
    const fail = (error: unknown) => {
      logger.error('%s.%s failed: %O', service, method, error)
      finish(error)
    }
    try {
      if (module.isNative) answer(run.apply(module.object, args), finish)
      else Promise.resolve(run.apply(module.object, [...args, finish])).catch(fail)
    } catch (error) {
      // what throws after that is the caller's own callback
      if (state.isAnswered) throw error
      fail(error)
    }
  }
}

/** Calls back with the outcome of a remote that returns it. */
function answer(result: unknown, callback: unknown): void {
  Promise.resolve(result).then(
    (value) => callBack(callback, null, value),
    (error: unknown) => callBack(callback, error),
  )
}

/**
 * Returns an object whose methods are a module's remotes as Shaddock calls them: they return the promise of what is
 * called back after the error.
 */
export function promising({ object }: LoadedModule, names: readonly string[]): object {
  const promise =
    (run: AnyFunction) =>
    (...args: unknown[]) =>
      new Promise((resolve, reject) => {
        const finish = (error: unknown, value: unknown) => {
          if (error) reject(toError(error))
          else resolve(value)
        }
        Promise.resolve(run.call(object, ...args, finish)).catch(reject)
      })
  return Object.fromEntries(
    names.flatMap((name) => {
      const run = methodOf(object, name)
      return run === undefined ? [] : [[name, promise(run)] as const]
    }),
  )
}
