import { createHash } from 'node:crypto'
import type { PomeloServer } from '../config/servers.ts'
import type { RpcMessage } from './message.ts'

/** What `proxyConfig` says of how servers are chosen. */
export interface BalanceOptions {
  /** `rr` in turn, `wrr` in turn by `weight`, `la` the one with the fewest calls under way, `ch` by a hash, else any. */
  readonly routerType: string
  /** For `ch`: which argument is hashed. @default all of the call */
  readonly hashFieldIndex?: number
  readonly replicas?: number
  readonly algorithm?: string
}

/** Chooses one of a type's servers, of which there is at least one. */
export type Balance = (servers: readonly PomeloServer[], message: RpcMessage) => string

/** Returns a choice for one server type. `underWay` counts the calls that wait for a server. */
export function createBalance(options: BalanceOptions, underWay: (serverId: string) => number): Balance {
  switch (options.routerType) {
    case 'rr':
      return inTurn((servers) => servers)
    case 'wrr':
      return inTurn(byWeight)
    case 'la':
      return (servers) => {
        const fewest = Math.min(...servers.map(({ id }) => underWay(id)))
        return anyOf(servers.filter(({ id }) => underWay(id) === fewest))
      }
    case 'ch':
      return byHash(options)
    default:
      return anyOf
  }
}

function anyOf(servers: readonly PomeloServer[]): string {
  return servers[Math.floor(Math.random() * servers.length)]!.id
}

function inTurn(list: (servers: readonly PomeloServer[]) => readonly PomeloServer[]): Balance {
  let turn = 0
  return (servers) => {
    const all = list(servers)
    return all[turn++ % all.length]!.id
  }
}

/** @throws {Error} none has a weight. */
function byWeight(servers: readonly PomeloServer[]): readonly PomeloServer[] {
  const weighted = servers.filter(({ weight }) => Number(weight) > 0)
  if (weighted.length === 0) throw new Error('routerType wrr needs servers with a weight')
  // spread, so that the heavy ones do not get all of theirs in a row
  const heaviest = Math.max(...weighted.map(({ weight }) => Number(weight)))
  return Array.from({ length: heaviest }, (_, round) =>
    weighted.filter(({ weight }) => Number(weight) > round),
  ).flat()
}

/** A ring with `replicas` points of each server: a call goes to the last point before its hash. */
function byHash({ hashFieldIndex, replicas = 100, algorithm = 'md5' }: BalanceOptions): Balance {
  const hash = (text: string) => createHash(algorithm).update(text).digest('hex')
  let built = ''
  let ring: [key: string, id: string][] = []
  return (servers, message) => {
    const ids = servers.map(({ id }) => id)
    if (ids.join() !== built) {
      built = ids.join()
      ring = ids.flatMap((id) =>
        Array.from({ length: replicas }, (_, n): [string, string] => [hash(`${id}:${n}`), id]),
      )
      ring.sort(([a], [b]) => (a < b ? -1 : 1))
    }
    const field = hashFieldIndex === undefined ? undefined : message.args[hashFieldIndex]
    const key = hash(String(field || JSON.stringify(message)))
    return (ring.findLast(([point]) => point <= key) ?? ring.at(-1)!)[1]
  }
}
