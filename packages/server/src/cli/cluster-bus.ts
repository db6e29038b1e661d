import type { Bus } from '../bus/bus.ts'
import { createNatsBus } from '../bus/nats.ts'
import { clusterPrefix } from '../bus/subjects.ts'
import type { Config } from '../config/config.ts'
import type { Log } from '../log.ts'
import { formatMs } from './format.ts'

/** Returns the bus of a process in a cluster. `config` is complete. */
export function createClusterBus(config: Config, name: string, log: Log): Bus {
  const { directory, environment, cluster } = config
  return createNatsBus({
    settings: { directory, ...cluster.nats },
    prefix: clusterPrefix(cluster.nats.application ?? '', environment),
    name,
    maxPendingRequests: cluster.maxPendingCalls,
    onError: (err, source) => log.warn({ err, source }, 'the bus met an error'),
    onLost: (reason) => log.warn(`NATS is lost: ${reason}`),
    onRestored: (lostMs) => log.info(`NATS is back after ${formatMs(lostMs)}`),
  })
}
