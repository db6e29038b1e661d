import { createMemoryNetwork } from '../../src/bus/memory.ts'
import type { MemoryNetwork } from '../../src/bus/memory.ts'
import type { Bus } from '../../src/bus/bus.ts'
import type { ServerInfo } from '../../src/server-info.ts'

/** Returns what one life of a server says of itself: `chat-1` is of type `chat`. */
export function infoOf(id: string, incarnation = 1): ServerInfo {
  const type = id.split('-')[0] ?? id
  return { id, type, incarnation, frontend: false, host: '127.0.0.1', pid: process.pid, settings: {} }
}

/** Returns an open bus. An error that a subscriber threw fails the test that runs. */
export async function openBus(network: MemoryNetwork = createMemoryNetwork()): Promise<Bus> {
  const bus = network.createBus()
  await bus.open()
  return bus
}
