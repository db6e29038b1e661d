import { join } from 'node:path'
import { createConfig } from 'shaddock/embed'
import type { Config, ConfigSettings } from 'shaddock/embed'
import type { App } from '../app.ts'
import { readConfigFile } from '../config/config-file.ts'
import { loadModules } from '../modules/loader.ts'
import { methodNames } from '../modules/methods.ts'

/** What of `connectorConfig` Shaddock's connector does. */
interface ConnectorOptions {
  readonly heartbeat?: number
  readonly useDict?: boolean
  readonly useProtobuf?: boolean
  /** Whether clients sign their messages. */
  readonly useCrypto?: boolean
  /** PEM, as texts or as they were read. */
  readonly ssl?: Readonly<Record<string, unknown>>
  /** The longest message of a client, in bytes: this package's own. @default 1 MiB */
  readonly maxBodyBytes?: number
}

/** A call that nobody answers ends after this long, as in Pomelo, unless `proxyConfig.timeout` says otherwise. */
const callTimeoutMs = 30_000

/** Returns Shaddock's config of what an application has configured in Pomelo's way. */
export function toConfig(app: App): Config {
  const { timeout } = (app.get('proxyConfig') ?? {}) as { timeout?: number }
  return createConfig({
    directory: app.base,
    environment: String(app.env),
    servers: [],
    connector: app.isFrontend() ? connectorSettings(app) : {},
    cluster: { callTimeoutMs: timeout ?? callTimeoutMs, maxPendingCalls: 100_000 },
    master: { stopTimeoutMs: 8_000 },
    dictionary: dictionaryOf(app),
    ...protosOf(app),
  })
}

function connectorSettings(app: App): NonNullable<ConfigSettings['connector']> {
  const { heartbeat = 0, useDict = false, useProtobuf = false, useCrypto = false } = optionsOf(app)
  const { ssl, maxBodyBytes = 1_048_576 } = optionsOf(app)
  const maxConnections = Number(app.curServer?.['max-connections'])
  return {
    heartbeatSeconds: Math.ceil(Number(heartbeat)),
    dictionary: useDict,
    protobuf: useProtobuf,
    signing: useCrypto,
    ...(ssl && { ssl: sslOf(ssl) }),
    maxBodyBytes,
    // Pomelo's clients may ask as much at once as they like
    maxPendingRequests: 10_000,
    ...(maxConnections > 0 && { maxConnections }),
  }
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
    // they are made with this process's application, which Pomelo's own did, too
    const modules = loadModules(join(app.base, 'app/servers', type, 'handler'), { app, native: {} })
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
