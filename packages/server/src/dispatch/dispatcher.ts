import type { Codec } from '@shaddock/protocol'
import type { InFlight } from '../in-flight.ts'
import { ServerError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ServerInfo } from '../server-info.ts'
import type { Session } from '../session/session.ts'
import { withinDeadline } from '../deadline.ts'
import type { TimerWheel } from '../timer-wheel.ts'
import type { Call } from './call.ts'
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
  readonly pick: (type: string, session: Session) => ServerInfo
  readonly forward: (server: ServerInfo, call: Call) => Promise<Uint8Array>
}

/**
 * Returns what takes a call to its handler: on this server, behind the session's previous calls and inside the
 * filters; or on the server that the router picks, at once.
 */
export function createDispatcher(options: DispatcherOptions): Dispatch {
  const { self, handlers, filters, unordered, order, pick, forward, inFlight } = options
  const prefix = `${self.type}.`
  const table = new Map([...handlers].map(([name, method]) => [prefix + name, serving(method, options)]))
  return (call) => (call.route.startsWith(prefix) ? serve(call) : elsewhere(call))

  // no async function: on a frontend nearly every call comes this way, and would cost another promise or two
  function elsewhere(call: Call): Promise<Uint8Array> {
    try {
      return forward(pick(typeOf(call.route), call.session), call)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  async function serve(call: Call): Promise<Uint8Array> {
    const handle = table.get(call.route)
    if (handle === undefined) throw new ServerError('NOT_FOUND', `no handler for ${call.route}`)
    inFlight.begin()
    try {
      if (unordered.has(call.route)) return await handle(call)
      return await order.run(call.session.key, () => handle(call))
    } finally {
      inFlight.end()
    }
  }

  function serving(method: Method, { codec, timers, log }: DispatcherOptions): Dispatch {
    const handle = compose(filters, async (call) => method(call.message, call.session))
    return async (call) => {
      // it has waited behind others for as long as its caller did
      if (call.deadline <= Date.now()) throw new ServerError('TIMEOUT', `${call.route} came too late`)
      try {
        return codec.encode(
          call.route,
          await withinDeadline(handle(call), { deadline: call.deadline, timers, late: () => tooLate(call) }),
        )
      } catch (error) {
        if (error instanceof ServerError) throw error
        log.error({ err: error, route: call.route, session: call.session.id }, 'a handler failed')
        throw new ServerError('INTERNAL', `${call.route} failed`, { cause: error })
      }
    }
  }
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

function tooLate({ route }: Call): ServerError {
  return new ServerError('TIMEOUT', `${route} did not answer in time`)
}
