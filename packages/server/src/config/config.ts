import type { clusterSchema, connectorSchema, logSchema } from './schemas.ts'
import type { Output } from './setting.ts'

/** What the files of an application's `config` folder say, for one environment. */
export interface Config {
  /** The application's folder, absolute. */
  readonly directory: string
  readonly environment: string
  readonly servers: readonly ServerEntry[]
  readonly connector: ConnectorConfig
  readonly cluster: ClusterConfig
  readonly master: MasterConfig
  readonly log: LogConfig
  /** Push routes that travel to clients as numbers. */
  readonly dictionary: readonly string[]
  /** What the files of protobuf definitions hold: for what clients are sent, and for what they send. */
  readonly serverProtos?: unknown
  readonly clientProtos?: unknown
}

/** A server of `servers.json`. */
export interface ServerEntry {
  readonly id: string
  readonly type: string
  /** The address that it listens on. */
  readonly host: string
  /** The address that clients are told. */
  readonly clientHost: string
  /** Present on frontends. */
  readonly clientPort?: number
  readonly frontend: boolean
  /** Options of Node for its process. */
  readonly args: readonly string[]
  /** The application's own keys. */
  readonly settings: Readonly<Record<string, unknown>>
}

export type ConnectorConfig = Readonly<Output<typeof connectorSchema>>
export type ClusterConfig = Readonly<Output<typeof clusterSchema>>
export type LogConfig = Readonly<Required<Output<typeof logSchema>>>

export interface MasterConfig {
  /** The wait before a server that died starts again: from `minMs`, doubled up to `maxMs`. */
  readonly restart: { readonly minMs: number; readonly maxMs: number }
  readonly stopTimeoutMs: number
}
