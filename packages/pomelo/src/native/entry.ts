import { networkInterfaces } from 'node:os'
import type { ServerInfo } from 'shaddock'
import type { ServerEntry } from 'shaddock/embed'
import type { App } from '../app.ts'
import { isFrontend } from '../config/servers.ts'
import type { PomeloServer } from '../config/servers.ts'

/** Returns what Shaddock needs to know of the server that this process is. Its other keys travel as they are. */
export function toEntry(app: App): ServerEntry {
  const server = app.curServer ?? { id: app.serverId, serverType: app.serverType }
  return {
    ...entryOf({ ...server, id: app.serverId, serverType: app.serverType }),
    host: listenHost(app, server),
  }
}

/** Returns what Shaddock needs to know of a server of servers.json. */
export function entryOf(server: PomeloServer): ServerEntry {
  const { id, serverType, host = '127.0.0.1', clientPort, args = [] } = server
  const frontend = serverType !== 'master' && isFrontend(server)
  return {
    id: String(id),
    type: serverType,
    host,
    clientHost: host,
    ...(frontend && { clientPort: Number(clientPort) }),
    frontend,
    args: Array.isArray(args) ? args.map(String) : String(args).split(/\s+/).filter(Boolean),
    settings: { ...server },
  }
}

/** Returns what starts a server that runs once more: as servers.json says, or else as its command line said. */
export function entryOfRunning(app: App, server: PomeloServer): ServerEntry {
  return entryOf(app.getServerFromConfig(server.id) ?? server)
}

/** All addresses, as Pomelo: `host` is where servers find it. With `distinctHost` it listens there alone. */
function listenHost(app: App, { host }: PomeloServer): string {
  const { distinctHost } = (app.get('connectorConfig') ?? {}) as { distinctHost?: unknown }
  if (distinctHost && host !== undefined) return host
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? [])
  // which takes IPv4 too
  return addresses.some(({ family }) => family === 'IPv6') ? '::' : '0.0.0.0'
}

/** Returns a server as applications look at it: what its command line said, and its pid. */
export function toPomeloServer({ id, type, pid, settings }: ServerInfo): PomeloServer {
  return { ...settings, id, serverType: type, pid }
}
