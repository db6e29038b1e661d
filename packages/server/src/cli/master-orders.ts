import type { Config } from '../config/config.ts'
import type { ServerInfo } from '../server-info.ts'
import { statsOfProcess } from '../system/stats.ts'
import { checkServers } from './check-servers.ts'
import type { Orders } from './orders.ts'
import type { Others } from './others.ts'
import type { StopRequest } from './stop-request.ts'
import type { ServerStatus } from './supervised-server.ts'
import type { Supervisor } from './supervisor.ts'

export interface MasterOrdersOptions {
  readonly supervisor: Supervisor
  readonly stop: StopRequest
  /** The master. */
  readonly self: ServerInfo
  readonly config: Config
  /** What there is on other machines. */
  readonly others: Others
}

/** Returns what a master does when commands tell it to. */
export function createMasterOrders(options: MasterOrdersOptions): Orders {
  const { supervisor, stop, self, config, others } = options
  return {
    list: async () => {
      const own = await supervisor.list()
      return [statusOf(self, stop), ...own, ...(await others.list(own))]
    },
    stop: async (ids) => {
      if (ids === undefined) stop.request()
      await supervisor.stop(ids)
    },
    kill: async (ids) => {
      if (ids === undefined) stop.request()
      await supervisor.kill(ids)
    },
    restart: (ids) => supervisor.restart(ids),
    add: async (pairs) => {
      // a master that nobody asks to add does without the schemas
      const { parseServerEntry } = await import('../config/servers.ts')
      const servers = supervisor.entries
      const entry = parseServerEntry(pairs, { servers }, [...servers, ...config.servers])
      await checkServers(config.directory, [entry])
      await others.refuse([entry])
      await supervisor.add(entry)
    },
  }
}

function statusOf({ id, type, pid, incarnation }: ServerInfo, stop: StopRequest): ServerStatus {
  return {
    id,
    type,
    state: stop.isRequested ? 'stopping' : 'running',
    pid,
    incarnation,
    uptimeMs: Math.round(process.uptime() * 1_000),
    ...statsOfProcess(),
  }
}
