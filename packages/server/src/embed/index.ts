export type { Launch, Life } from '../cli/life.ts'
export { ForeignProcess, type Sight } from '../cli/foreign-process.ts'
export type { Reports, ServerState, ServerStatus } from '../cli/supervised-server.ts'
export { createSupervisor, type Supervisor, type SupervisorOptions } from '../cli/supervisor.ts'
export type {
  ClusterConfig,
  Config,
  ConnectorConfig,
  LogConfig,
  MasterConfig,
  ServerEntry,
} from '../config/config.ts'
export { parseJson } from '../config/json.ts'
export { closest } from '../config/nearest.ts'
export { ownHosts } from '../own-hosts.ts'
export type { RunningServer } from '../start.ts'
export type { ServerStats } from '../system/stats.ts'
export type { Connection, ConnectionHandler, Frame, Framing, Transport } from '../transport/transport.ts'
export { type ConfigSettings, createConfig } from './config.ts'
export { joinServer, type JoinOptions } from './server.ts'
export { startEnvironment } from './start-environment.ts'
