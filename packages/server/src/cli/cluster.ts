import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Config } from '../config/config.ts'
import { parseNatsAddress } from '../config/nats-address.ts'
import { SetupError } from '../errors.ts'

/** Whether servers reach one another through NATS. */
export function isClustered({ cluster }: Config): boolean {
  return cluster.nats.servers.length > 0
}

/**
 * Returns a config with what a cluster needs, if it is one: NATS where the command line says, with commas, or else where
 * the config does; and the application's name.
 * @throws {SetupError} the command line names something else, or the application has no name.
 */
export function completeCluster(config: Config, addresses: string | undefined): Config {
  const { directory, cluster } = config
  const servers = addresses === undefined ? cluster.nats.servers : parseAddresses(addresses)
  if (servers.length === 0) return config
  const application = cluster.nats.application ?? findName(directory)
  // of a machine that is cut off nothing else tells
  const { downAfterMs = 3 * cluster.heartbeatMs } = cluster
  return { ...config, cluster: { ...cluster, downAfterMs, nats: { ...cluster.nats, servers, application } } }
}

function parseAddresses(text: string): string[] {
  const addresses = text.split(',')
  for (const address of addresses.map(parseNatsAddress)) {
    // without what it got: that may be a password
    if (address === undefined) throw new SetupError('--cluster: expected addresses such as nats://host:4222')
    if (address.user === undefined) continue
    throw new SetupError(
      '--cluster: everybody can read the command line: a user belongs in config/cluster.json',
    )
  }
  return addresses
}

/** Returns the name in the nearest package.json. */
function findName(directory: string): string {
  const path = join(directory, 'package.json')
  const name = existsSync(path) ? nameIn(path) : undefined
  if (name !== undefined) return name
  if (dirname(directory) !== directory) return findName(dirname(directory))
  throw new SetupError('config/cluster.json: nats.application: expected a name, as no package.json has one')
}

function nameIn(path: string): string | undefined {
  try {
    const { name } = JSON.parse(readFileSync(path, 'utf8')) as { name?: unknown }
    return typeof name === 'string' && name !== '' ? name : undefined
  } catch (cause) {
    throw new SetupError(`${path}: cannot be read: ${(cause as Error).message}`, { cause })
  }
}
