import type { Codec } from '@shaddock/protocol'
import type { InFlight } from '../in-flight.ts'
import { ServerError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ServerInfo } from '../server-info.ts'
import type { TimerWheel } from '../timer-wheel.ts'
import type { Call } from './call.ts'
import { execute } from './execution.ts'
import { compose } from './filter.ts'
import type { Filter } from './filter.ts'
import type { SessionOrder } from './order.ts'
import type { Method } from './route-table.ts'

/** Takes a call to where it is handled; resolves with the encoded answer. */
export type Dispatch = (call: Call) => Promise<Uint8Array>

export interface DispatcherOptions {
  readonly self: ServerInfo
  /** This server's own handlers, by `<module>.<method>`. */
  readonly handlers: ReadonlyMap<string, Method>
  readonly filters: readonly Filter[]
  /** Routes whose calls need not wait for one another. */
  readonly unordered: ReadonlySet<string>
  readonly order: SessionOrder
  readonly codec: Codec
  readonly timers: TimerWheel
  readonly inFlight: InFlight
  readonly log: Log
  /** The server of a type that a call goes to. */
  readonly pick: (type: string, call: Call) => ServerInfo
  readonly forward: (server: ServerInfo, call: Call) => Promise<Uint8Array>
}

/**
 * Returns what takes a call to its handler: on this server, behind the session's previous calls and inside the
 * filters; or on the server that the router picks, at once.
 */
export function createDispatcher(options: DispatcherOptions): Dispatch {
  const { self, handlers, pick, forward } = options
  const prefix = `${self.type}.`
  const table = new Map([...handlers].map(([name, method]) => serving(prefix + name, method, options)))
  // no async functions on the way of a call: each would cost it another promise or two
  return (call) => {
    try {
      if (!call.route.startsWith(prefix)) return forward(pick(typeOf(call.route), call), call)
      const serve = table.get(call.route)
      if (serve === undefined) throw new ServerError('NOT_FOUND', `no handler for ${call.route}`)
      return serve(call)
    } catch (error) {
      return Promise.reject(error)
    }
  }
}

function serving(
  route: string,
  method: Method,
  { filters, unordered, order, ...parts }: DispatcherOptions,
): [string, Dispatch] {
  const handle = (call: Call) => method(call.message, call.session, call)
  const run = filters.length === 0 ? handle : compose(filters, async (call) => handle(call))
  const options = { ...parts, order: unordered.has(route) ? undefined : order }
  return [route, (call) => execute(call, run, options)]
}

/** @throws {ServerError} `NOT_FOUND`: a route has three parts. */
function typeOf(route: string): string {
  const end = route.indexOf('.')
  const second = route.indexOf('.', end + 1)
  if (end <= 0 || second === -1 || route.includes('.', second + 1)) {
    throw new ServerError('NOT_FOUND', `no handler for ${route}`)
  }
  return route.slice(0, end)
}
