import type { PomeloServer } from '../config/servers.ts'

/** The servers that are there, as an application's modules look at them. */
export interface ServerMaps {
  /** Those of the config, in its order. */
  getServersFromConfig(): Readonly<Record<string, PomeloServer>>
  /** By id. */
  servers: Record<string, PomeloServer>
  /**
   * By type, in the order of the config, and then by id. Route functions choose by the place in it, so it must be the same
   * in every process, whoever came first. A type that was there once stays, maybe with nobody.
   */
  serverTypeMaps: Record<string, PomeloServer[]>
  serverTypes: string[]
}

/** Adds servers, or puts them in the place of those with their ids. */
export function addToMaps(maps: ServerMaps, servers: readonly PomeloServer[]): void {
  for (const server of servers) {
    maps.servers[server.id] = server
    const list = listOf(maps, server.serverType)
    const at = list.findIndex(({ id }) => id === server.id)
    if (at === -1) list.push(server)
    else list[at] = server
    sort(list, Object.keys(maps.getServersFromConfig()))
  }
}

function sort(list: PomeloServer[], configured: readonly string[]): void {
  const placeOf = ({ id }: PomeloServer) => {
    const place = configured.indexOf(id)
    return place === -1 ? configured.length : place
  }
  list.sort((a, b) => placeOf(a) - placeOf(b) || (a.id < b.id ? -1 : 1))
}

export function removeFromMaps(maps: ServerMaps, ids: readonly string[]): void {
  for (const id of ids) {
    const server = maps.servers[id]
    if (server === undefined) continue
    Reflect.deleteProperty(maps.servers, id)
    const list = listOf(maps, server.serverType)
    const at = list.findIndex((each) => each.id === id)
    if (at !== -1) list.splice(at, 1)
  }
}

function listOf(maps: ServerMaps, type: string): PomeloServer[] {
  if (!maps.serverTypes.includes(type)) maps.serverTypes.push(type)
  return (maps.serverTypeMaps[type] ??= [])
}
