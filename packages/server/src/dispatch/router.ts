import { ServerError } from '../errors.ts'
import type { ServerInfo } from '../server-info.ts'

/** What a server is chosen by: usually a session; a remote may be called with a key, or with null for "any". */
export type RouteKey<Session> = Session | string | null

/** Which server of a type serves this key. The application may give its own, per type. `servers` is never empty. */
export type Pick<Session> = (key: RouteKey<Session>, servers: readonly ServerInfo[]) => ServerInfo

/** What the default choice needs of a session. */
export interface Keyed {
  readonly id: number
  readonly frontendId: string
  readonly uid: string | null
}

export interface Router<Session> {
  /** @throws {ServerError} `NO_SERVER`: no server of the type is there. */
  pick(type: string, key: RouteKey<Session>): ServerInfo
  /** Gives a type its own choice, in place of the default: by uid, or by session while it has none. */
  route(type: string, pick: Pick<Session>): void
}

export function createRouter<Session extends Keyed>(
  serversOf: (type: string) => readonly ServerInfo[],
): Router<Session> {
  const picks = new Map<string, Pick<Session>>()
  return {
    pick(type, key) {
      const servers = serversOf(type)
      const [only] = servers
      if (only === undefined) throw new ServerError('NO_SERVER', `no server of type ${type} is there`)
      const pick = picks.get(type)
      if (pick !== undefined) return checkPicked(pick(key, servers), type)
      return servers.length === 1 ? only : rendezvous(keyOf(key), servers)
    },
    route(type, pick) {
      picks.set(type, pick)
    },
  }
}

/** An application's own choice may come from plain JavaScript. */
function checkPicked(server: ServerInfo | undefined, type: string): ServerInfo {
  if (server === undefined) throw new TypeError(`the route function of ${type} chose no server`)
  return server
}

/**
 * Returns the server that `key` belongs to: the same for everybody who sees the same servers. When one joins or
 * leaves, only the keys that become or were its own move.
 * @throws {RangeError} `servers` is empty.
 */
export function rendezvous(key: string, servers: readonly ServerInfo[]): ServerInfo {
  const keyHash = hash(key, 0)
  let best: ServerInfo | undefined
  let bestScore = -1
  for (const server of servers) {
    const score = scoreOf(server, keyHash)
    if (score > bestScore) {
      best = server
      bestScore = score
    }
  }
  if (best === undefined) throw new RangeError('no server to choose from')
  return best
}

/** Returns the servers in the order in which `key` would belong to them, if those before were not there. */
export function ranked(key: string, servers: readonly ServerInfo[]): ServerInfo[] {
  const keyHash = hash(key, 0)
  return servers.toSorted((a, b) => scoreOf(b, keyHash) - scoreOf(a, keyHash))
}

function scoreOf({ id }: ServerInfo, keyHash: number): number {
  return mix(hash(id, keyHash))
}

function keyOf(key: RouteKey<Keyed>): string {
  if (key === null) return String(Math.random())
  if (typeof key === 'string') return key
  return key.uid ?? `${key.frontendId}/${key.id}`
}

/** FNV-1a over the UTF-16 units. */
function hash(text: string, seed: number): number {
  let value = 0x811c9dc5 ^ seed
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193)
  return value >>> 0
}

/** Spreads the bits, so that ids which differ in one digit score apart (the finaliser of MurmurHash3). */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
