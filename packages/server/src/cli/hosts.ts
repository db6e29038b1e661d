import type { ServerEntry } from '../config/config.ts'
import { nearest } from '../config/nearest.ts'
import { SetupError } from '../errors.ts'
import { ownHosts } from '../own-hosts.ts'

/** Servers by where they are. */
export interface Places {
  readonly here: readonly ServerEntry[]
  readonly elsewhere: readonly ServerEntry[]
}

/**
 * Tells the servers of this machine from the others, by their `host`: its name, one of its addresses, or what `chosen` has
 * instead, with commas.
 * @throws {SetupError} none is here, or what is chosen is the host of none.
 */
export function findPlaces(entries: readonly ServerEntry[], chosen: string | undefined): Places {
  const hosts = chosen === undefined ? ownHosts() : chooseHosts(entries, chosen)
  const isHere = ({ host }: ServerEntry) => hosts.some((own) => own.toLowerCase() === host.toLowerCase())
  const { here = [], elsewhere = [] } = Object.groupBy(entries, (entry) =>
    isHere(entry) ? 'here' : 'elsewhere',
  )
  if (here.length > 0) return { here, elsewhere }
  throw new SetupError(
    `config/servers.json: no server is on ${hosts.join(', ')}, but on ${hostsOf(elsewhere).join(', ')}: ` +
      'name the host that is meant with --hosts',
  )
}

function chooseHosts(entries: readonly ServerEntry[], chosen: string): string[] {
  const known = hostsOf(entries)
  const hosts = chosen.split(',').map((host) => host.trim())
  for (const host of hosts) {
    if (!known.some((other) => other.toLowerCase() === host.toLowerCase()))
      throw new SetupError(`--hosts: no server is on "${host}", expected ${nearest(host, known)}`)
  }
  return hosts
}

/** Returns `chat-2, connector-2 on 10.0.0.2; chat-3 on 10.0.0.3`. */
export function describePlaces(entries: readonly ServerEntry[]): string {
  const places = hostsOf(entries).map((host) => {
    const ids = entries.filter((entry) => entry.host === host).map(({ id }) => id)
    return `${ids.join(', ')} on ${host}`
  })
  return places.join('; ')
}

function hostsOf(entries: readonly ServerEntry[]): string[] {
  return [...new Set(entries.map(({ host }) => host))]
}
