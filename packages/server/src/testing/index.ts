export { silentLog } from '../log.ts'
export { type Cluster, type ClusterOptions, startCluster } from './cluster.ts'
export type { TestClient } from './test-client.ts'
