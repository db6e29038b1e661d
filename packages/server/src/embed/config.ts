import { resolve } from 'node:path'
import type {
  ClusterConfig,
  Config,
  ConnectorConfig,
  LogConfig,
  MasterConfig,
  ServerEntry,
} from '../config/config.ts'
import { check } from '../config/mistake.ts'
import {
  clusterSchema,
  connectorSchema,
  dictionarySchema,
  logSchema,
  masterSchema,
  protosSchema,
} from '../config/schemas.ts'

/** What the files of a `config` folder would say. What is left out has its default. */
export interface ConfigSettings {
  /** The application's folder. */
  readonly directory: string
  /** @default 'development' */
  readonly environment?: string
  readonly servers: readonly ServerEntry[]
  readonly connector?: Partial<ConnectorConfig>
  readonly cluster?: Partial<ClusterConfig>
  readonly master?: Partial<MasterConfig>
  readonly log?: Partial<LogConfig>
  readonly dictionary?: readonly string[]
  /** What `serverProtos.json` and `clientProtos.json` would hold; they count if `connector.protobuf` says so. */
  readonly serverProtos?: unknown
  readonly clientProtos?: unknown
}

/**
 * Makes a config without files.
 * @throws {SetupError} a setting is unknown or not as it should be.
 */
export function createConfig(settings: ConfigSettings): Config {
  const { directory, environment = 'development', servers } = settings
  const { connector = {}, cluster = {}, master = {}, log = {}, dictionary = [] } = settings
  const { restart, stopTimeoutMs } = check(masterSchema, master, { file: 'master', path: [] })
  const console = environment === 'development' ? 'pretty' : 'none'
  return {
    directory: resolve(directory),
    environment,
    servers,
    connector: check(connectorSchema, connector, { file: 'connector', path: [] }),
    cluster: check(clusterSchema, cluster, { file: 'cluster', path: [] }),
    master: { restart, stopTimeoutMs },
    log: { console, ...check(logSchema, log, { file: 'log', path: [] }) },
    dictionary: check(dictionarySchema, dictionary, { file: 'dictionary', path: [] }),
    serverProtos: checkProtos('serverProtos', settings.serverProtos),
    clientProtos: checkProtos('clientProtos', settings.clientProtos),
  }
}

function checkProtos(file: string, protos: unknown): unknown {
  return protos === undefined ? undefined : check(protosSchema, protos, { file, path: [] })
}
