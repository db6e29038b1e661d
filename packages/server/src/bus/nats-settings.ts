import { readFileSync } from 'node:fs'
import type { Authenticator, ConnectionOptions, TlsOptions } from '@nats-io/transport-node'
import { SetupError } from '../errors.ts'
import type { NatsClient } from './nats-client.ts'

/** Where NATS is, and how it lets this process in. */
export interface NatsSettings {
  /** `nats://host:port` each; `tls://` insists on encryption. A user and password before the host are those of all. */
  readonly servers: readonly string[]
  readonly user?: string
  readonly password?: string
  readonly token?: string
  /** The path of a file with a JWT and a seed. */
  readonly creds?: string
  /** The path of a file with a seed. */
  readonly nkey?: string
  /** The paths of PEM files: who is trusted, and who this process is. With this, NATS must encrypt. */
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
  const urls = settings.servers.map(parse)
  const login = urls.find(({ username }) => username !== '')
  const user = settings.user ?? (login && decodeURIComponent(login.username))
  const pass = settings.password ?? (login && decodeURIComponent(login.password))
  const authenticator = authenticatorOf(client, settings)
  const tls = tlsOf(settings, urls)
  return {
    servers: urls.map(({ host }) => host),
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

function authenticatorOf(client: NatsClient, { creds, nkey }: NatsSettings): Authenticator | undefined {
  if (creds !== undefined) return checked(client.credsAuthenticator(read(creds)), creds, 'credentials file')
  if (nkey === undefined) return undefined
  return checked(client.nkeyAuthenticator(Buffer.from(read(nkey).toString().trim())), nkey, 'key seed')
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

function tlsOf({ tls }: NatsSettings, urls: readonly URL[]): TlsOptions | undefined {
  if (tls === undefined) return urls.some(({ protocol }) => protocol === 'tls:') ? {} : undefined
  const files = Object.entries(tls).map(([name, path]) => [name, read(path).toString()])
  return Object.fromEntries(files) as TlsOptions
}

function read(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (cause) {
    throw new SetupError(`${path}: cannot be read: ${(cause as Error).message}`, { cause })
  }
}

function parse(server: string): URL {
  return new URL(server.includes('://') ? server : `nats://${server}`)
}
