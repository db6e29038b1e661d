import type { BusTraffic } from '../bus/bus.ts'
import type { Rpc } from '../cluster/rpc.ts'
import { decodeValue, encodeValue } from '../cluster/values.ts'
import type { ServerInfo } from '../server-info.ts'

const name = '$stats'

/** How a server is doing. */
export interface ServerStats {
  readonly uptimeMs: number
  /** Resident memory of its process, in bytes. */
  readonly memoryBytes: number
  /** What the objects of its process take, garbage included. */
  readonly heapBytes: number
  /** What keeps the event loop of its process alive: how many of each kind. */
  readonly resources: Readonly<Record<string, number>>
  /** Its calls in flight, to others and for others. */
  readonly calls: number
  /** Deadlines and the like that are set. */
  readonly timers: number
  /** Absent where all servers share a process. */
  readonly bus?: Readonly<BusTraffic>
  /** Client connections; absent on back ends. */
  readonly connections?: number
  /** The most that waits for one client, in bytes; absent on back ends. */
  readonly backlogBytes?: number
}

/** Returns what a server can say of the process that it runs in. */
export function statsOfProcess(): Pick<ServerStats, 'memoryBytes' | 'heapBytes' | 'resources'> {
  const { rss, heapUsed } = process.memoryUsage()
  const resources: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) resources[kind] = (resources[kind] ?? 0) + 1
  return { memoryBytes: rss, heapBytes: heapUsed, resources }
}

export function serveStats(rpc: Rpc, stats: () => ServerStats): void {
  rpc.serve(name, async () => encodeValue(stats()))
}

/** @throws {ServerError} the server did not answer within `timeoutMs`, or is not there. */
export async function askStats(rpc: Rpc, server: ServerInfo, timeoutMs: number): Promise<ServerStats> {
  return decodeValue(await rpc.call(server, name, new Uint8Array(), Date.now() + timeoutMs)) as ServerStats
}
