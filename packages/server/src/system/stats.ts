import type { Rpc } from '../cluster/rpc.ts'
import { decodeValue, encodeValue } from '../cluster/values.ts'
import type { ServerInfo } from '../server-info.ts'

const name = '$stats'

/** How a server is doing. */
export interface ServerStats {
  readonly uptimeMs: number
  /** Resident memory of its process, in bytes. */
  readonly memoryBytes: number
  /** Client connections; absent on back ends. */
  readonly connections?: number
}

export function serveStats(rpc: Rpc, stats: () => ServerStats): void {
  rpc.serve(name, async () => encodeValue(stats()))
}

/** @throws {ServerError} the server did not answer within `timeoutMs`, or is not there. */
export async function askStats(rpc: Rpc, server: ServerInfo, timeoutMs: number): Promise<ServerStats> {
  return decodeValue(await rpc.call(server, name, new Uint8Array(), Date.now() + timeoutMs)) as ServerStats
}
