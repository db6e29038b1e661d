import { ServerError } from '../errors.ts'
import { withinDeadline } from '../deadline.ts'
import type { TimerWheel } from '../timer-wheel.ts'
import type { Rpc } from './rpc.ts'
import { decodeValue, encodeValue } from './values.ts'

export interface RemotesOptions {
  readonly rpc: Rpc
  readonly timers: TimerWheel
  /** The type of this server. */
  readonly type: string
  /** By `<module>.<method>`. */
  readonly methods: ReadonlyMap<string, (...args: unknown[]) => unknown>
}

/** Serves an application's remotes. Arguments and results travel as JSON; a call that takes too long fails. */
export function serveRemotes({ rpc, timers, type, methods }: RemotesOptions): void {
  for (const [method, run] of methods) {
    const name = remoteName(type, method)
    rpc.serveWork(name, async (payload, deadline) => {
      const result = (async () => run(...(decodeValue(payload) as unknown[])))()
      const late = () => new ServerError('TIMEOUT', `${name} did not answer in time`)
      return encodeValue(await withinDeadline(result, { deadline, timers, late }))
    })
  }
}

/** Returns the name under which a remote's method is called. `method` is `<module>.<method>`. */
export function remoteName(type: string, method: string): string {
  return `${type}.${method}`
}
