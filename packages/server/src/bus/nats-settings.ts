import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Authenticator, ConnectionOptions, TlsOptions } from '@nats-io/transport-node'
import { parseNatsAddress } from '../config/nats-address.ts'
import type { NatsAddress } from '../config/nats-address.ts'
import { SetupError } from '../errors.ts'
import type { NatsClient } from './nats-client.ts'

/** Where NATS is, and how it lets this process in. */
export interface NatsSettings {
  /** `nats://host:port` each; `tls://` insists on encryption. A user and password before the host are those of all. */
  readonly servers: readonly string[]
  readonly user?: string
  readonly password?: string
  readonly token?: string
  /** What the paths of files are relative to. @default the current folder */
  readonly directory?: string
  /** The file with a signed token and a seed. */
  readonly creds?: string
  /** The file with a seed. */
  readonly nkey?: string
  /** The files, in PEM, that say who is trusted, and who this process is. With this, NATS must encrypt. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string }
}

/**
 * Returns what the client library takes.
 * @throws {SetupError} a file cannot be read.
 */
export function toConnectionOptions(
  client: NatsClient,
  settings: NatsSettings,
): Omit<ConnectionOptions, 'servers'> & { readonly servers: readonly string[] } {
  const addresses = settings.servers.map(parse)
  const login = addresses.find((address) => address.user !== undefined)
  const user = settings.user ?? login?.user
  const pass = settings.password ?? login?.password
  const authenticator = authenticatorOf(client, settings)
  const tls = tlsOf(settings, addresses)
  return {
    servers: addresses.map(({ host }) => host),
    ...(user !== undefined && { user }),
    ...(pass !== undefined && { pass }),
    ...(settings.token !== undefined && { token: settings.token }),
    ...(authenticator && { authenticator }),
    ...(tls && { tls }),
  }
}

/** Returns the addresses without what is secret in them. */
export function describeServers({ servers }: NatsSettings): string {
  return servers.map((server) => parse(server).host).join(', ')
}

function authenticatorOf(client: NatsClient, settings: NatsSettings): Authenticator | undefined {
  const { directory = '', creds, nkey } = settings
  if (creds !== undefined) {
    return checked(client.credsAuthenticator(read(directory, creds)), creds, 'credentials file')
  }
  if (nkey === undefined) return undefined
  const seed = Buffer.from(read(directory, nkey).toString().trim())
  return checked(client.nkeyAuthenticator(seed), nkey, 'key seed')
}

/** The client library would find out only when a server asks, and blame the connection. */
function checked(authenticator: Authenticator, path: string, what: string): Authenticator {
  try {
    authenticator('nonce')
    return authenticator
  } catch {
    // what it says may show what is in the file
    throw new SetupError(`${path}: expected a NATS ${what}`)
  }
}

function tlsOf(
  { directory = '', tls }: NatsSettings,
  addresses: readonly NatsAddress[],
): TlsOptions | undefined {
  if (tls === undefined) return addresses.some(({ isEncrypted }) => isEncrypted) ? {} : undefined
  const files = Object.entries(tls).map(([name, path]) => [name, read(directory, path).toString()])
  return Object.fromEntries(files) as TlsOptions
}

function read(directory: string, path: string): Buffer {
  try {
    return readFileSync(resolve(directory, path))
  } catch (cause) {
    throw new SetupError(`${path}: cannot be read: ${(cause as Error).message}`, { cause })
  }
}

function parse(server: string): NatsAddress {
  const address = parseNatsAddress(server)
  if (address === undefined) throw new SetupError('expected addresses of NATS such as nats://host:4222')
  return address
}
