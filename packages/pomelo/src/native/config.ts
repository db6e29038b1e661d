import { join } from 'node:path'
import { createConfig } from 'shaddock/embed'
import type { Config, ConfigSettings } from 'shaddock/embed'
import type { App } from '../app.ts'
import { readConfigFile } from '../config/config-file.ts'
import { sioconnector } from '../connectors.ts'
import { loadModules } from '../modules/loader.ts'
import { methodNames } from '../modules/methods.ts'
import { callTimeoutOf } from '../rpc/call-timeout.ts'

/** What of `connectorConfig` Shaddock's connector does. */
interface ConnectorOptions {
  /** @default sioconnector */
  readonly connector?: unknown
  readonly heartbeat?: number
  /** How long a client may be silent, in seconds. @default twice `heartbeat` */
  readonly timeout?: number
  /** Of Socket.IO, in milliseconds. */
  readonly heartbeatInterval?: number
  readonly useDict?: boolean
  readonly useProtobuf?: boolean
  /** Whether clients sign their messages. */
  readonly useCrypto?: boolean
  /** PEM, as texts or as they were read. */
  readonly ssl?: Readonly<Record<string, unknown>>
  /** The same for Socket.IO. */
  readonly key?: unknown
  readonly cert?: unknown
  /** The longest message of a client, in bytes: this package's own. @default 1 MiB */
  readonly maxBodyBytes?: number
}

/** Returns Shaddock's config of what an application has configured in Pomelo's way. */
export function toConfig(app: App): Config {
  return createConfig({
    directory: app.base,
    environment: String(app.env),
    servers: [],
    connector: app.isFrontend() ? connectorSettings(app) : {},
    cluster: { callTimeoutMs: callTimeoutOf(app), maxPendingCalls: 100_000 },
    master: { stopTimeoutMs: 8_000 },
    dictionary: dictionaryOf(app),
    ...protosOf(app),
  })
}

function connectorSettings(app: App): NonNullable<ConfigSettings['connector']> {
  const options = optionsOf(app)
  const { useDict = false, useProtobuf = false, useCrypto = false, maxBodyBytes = 1_048_576 } = options
  const { connector = sioconnector, key, cert, ssl = key && cert ? { key, cert } : undefined } = options
  const maxConnections = Number(app.curServer?.['max-connections'])
  return {
    ...(connector === sioconnector
      ? { socketio: true, heartbeatSeconds: seconds((options.heartbeatInterval ?? 25_000) / 1_000) }
      : heartbeats(options)),
    dictionary: useDict,
    protobuf: useProtobuf,
    signing: useCrypto,
    ...(ssl && { ssl: sslOf(ssl) }),
    maxBodyBytes,
    // Pomelo's clients may ask as much at once as they like
    maxPendingRequests: 10_000,
    // of those that are told to come back later, most do not
    loginsPerSecond: 0,
    ...(maxConnections > 0 && { maxConnections }),
  }
}

function heartbeats({ heartbeat, timeout }: ConnectorOptions): NonNullable<ConfigSettings['connector']> {
  if (!heartbeat) return { heartbeatSeconds: 0 }
  return {
    heartbeatSeconds: seconds(heartbeat),
    ...(timeout && { heartbeatTimeoutSeconds: seconds(timeout) }),
  }
}

/** Whole ones, and at least one. */
function seconds(given: number): number {
  return Math.max(1, Math.ceil(Number(given)))
}

function optionsOf(app: App): ConnectorOptions {
  return app.get('connectorConfig') ?? {}
}

function sslOf({
  key,
  cert,
  ca,
  passphrase,
}: Readonly<Record<string, unknown>>): NonNullable<Config['connector']['ssl']> {
  const text = (value: unknown) => (Array.isArray(value) ? value.join('\n') : String(value))
  return {
    key: text(key),
    cert: text(cert),
    ...(ca !== undefined && { ca: text(ca) }),
    ...(passphrase !== undefined && { passphrase: text(passphrase) }),
  }
}

function protosOf(app: App): Pick<ConfigSettings, 'serverProtos' | 'clientProtos'> {
  if (!app.isFrontend() || !optionsOf(app).useProtobuf) return {}
  const paths = (app.get('protobufConfig') ?? {}) as { serverProtos?: string; clientProtos?: string }
  const read = (path: string) => readConfigFile(app.base, app.env, path)?.value
  const serverProtos = read(paths.serverProtos ?? 'config/serverProtos.json')
  const clientProtos = read(paths.clientProtos ?? 'config/clientProtos.json')
  return {
    ...(serverProtos !== undefined && { serverProtos }),
    ...(clientProtos !== undefined && { clientProtos }),
  }
}

/** The routes of all handlers, sorted, then those of dictionary.json: their places are their codes. */
function dictionaryOf(app: App): string[] {
  if (!app.isFrontend() || !optionsOf(app).useDict) return []
  const types = Object.keys(app.get('servers') ?? {})
  const routes = types.flatMap((type) => {
    // they are made with this process's application, as Pomelo does; those that are not Pomelo's would not expect it
    const context = { app, native: undefined }
    const modules = loadModules(join(app.base, 'app/servers', type, 'handler'), context)
    return modules.flatMap(({ name, object }) =>
      methodNames(object).map((method) => `${type}.${name}.${method}`),
    )
  })
  return [...routes.sort(), ...ownRoutes(app)]
}

/** `{}`, as in a new project, is an empty list. */
function ownRoutes(app: App): string[] {
  const { dict } = (app.get('dictionaryConfig') ?? {}) as { dict?: string }
  const file =
    dict === undefined ? readConfigFile(app.base, '', 'config/dictionary.json') : readConfigFile('', '', dict)
  return Array.isArray(file?.value) ? (file.value as unknown[]).map(String) : []
}
