import { setImmediate } from 'node:timers/promises'
import type { Rpc } from '../cluster/rpc.ts'
import { decodeValue, encodeValue } from '../cluster/values.ts'
import { ServerError, SetupError } from '../errors.ts'
import type { ServerInfo } from '../server-info.ts'
import type { ServerStatus } from './supervised-server.ts'

/** What a master does for commands. No ids are all servers, and to stop or kill all ends the master too. */
export interface Orders {
  list(): Promise<readonly ServerStatus[]>
  stop(ids?: readonly string[]): Promise<void>
  kill(ids?: readonly string[]): Promise<void>
  restart(ids?: readonly string[]): Promise<void>
  /** Takes what `servers.json` holds of a server, with its type. */
  add(pairs: Readonly<Record<string, string>>): Promise<void>
}

const names = ['list', 'stop', 'kill', 'restart', 'add'] as const satisfies (keyof Orders)[]

/** Takes orders from other processes. Returns what resolves when those that were taken are carried out. */
export function serveOrders(rpc: Rpc, orders: Orders): () => Promise<void> {
  const underWay = new Set<Promise<unknown>>()
  for (const name of names) {
    // what a command sends is what the order takes
    const order = orders[name] as (argument: unknown) => Promise<unknown>
    rpc.serve(nameOf(name), async (payload) => {
      const done = order(decodeValue(payload))
      underWay.add(done)
      try {
        return encodeValue(await done)
      } catch (cause) {
        // only a coded error tells its message to who called
        if (cause instanceof SetupError) throw new ServerError('BAD_MESSAGE', cause.message, { cause })
        throw cause
      } finally {
        underWay.delete(done)
      }
    })
  }
  return async () => {
    await Promise.allSettled(underWay)
    // by then the answers are on their way
    await setImmediate()
  }
}

/** Returns what gives orders to a master. */
export function createOrders(rpc: Rpc, master: ServerInfo): Orders {
  const give = (name: keyof Orders) => async (argument?: unknown) => {
    const deadline = Date.now() + (name === 'list' ? listTimeoutMs : timeoutMs)
    return decodeValue(await rpc.call(master, nameOf(name), encodeValue(argument), deadline))
  }
  // what an order returns is what a command gets
  return Object.fromEntries(names.map((name) => [name, give(name)])) as unknown as Orders
}

/** Many servers may stop and start one after the other. When the master is lost, that is known at once. */
const timeoutMs = 600_000

/** Longer than a master waits for a server that does not answer. */
const listTimeoutMs = 5_000

function nameOf(name: keyof Orders): string {
  return `$master.${name}`
}
