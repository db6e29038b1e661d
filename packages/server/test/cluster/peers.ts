import type { Bus } from '../../src/bus/bus.ts'
import { createMemoryNetwork } from '../../src/bus/memory.ts'
import type { MemoryNetwork } from '../../src/bus/memory.ts'
import { createRpc } from '../../src/cluster/rpc.ts'
import type { Rpc } from '../../src/cluster/rpc.ts'
import type { ServerAddress } from '../../src/server-info.ts'
import { RecordedLog } from '../fixtures/recorded-log.ts'

/** A server that consists of nothing but its calls. */
export interface Peer extends AsyncDisposable {
  readonly address: ServerAddress
  readonly rpc: Rpc
  readonly bus: Bus
  readonly log: RecordedLog
  /** Calls another; resolves with its answer as text. */
  call(to: Peer, name: string, payload?: Uint8Array, timeoutMs?: number): Promise<string>
}

export async function openPeer(
  network = createMemoryNetwork(),
  id = 'chat-1',
  incarnation = 1,
): Promise<Peer> {
  const bus = network.createBus()
  const log = new RecordedLog()
  const address = { id, incarnation }
  const rpc = createRpc({ bus, self: address, log, callTimeoutMs: 10_000 })
  rpc.open()
  await bus.open()
  return {
    address,
    rpc,
    bus,
    log,
    call: async (to, name, payload = new Uint8Array(), timeoutMs = 10_000) =>
      Buffer.from(await rpc.call(to.address, name, payload, Date.now() + timeoutMs)).toString(),
    async [Symbol.asyncDispose]() {
      rpc.close()
      await bus.close()
    },
  }
}

export interface Pair extends AsyncDisposable {
  readonly network: MemoryNetwork
  readonly caller: Peer
  readonly callee: Peer
}

export async function openPair(): Promise<Pair> {
  const network = createMemoryNetwork()
  const caller = await openPeer(network, 'front-1')
  const callee = await openPeer(network, 'chat-1')
  return {
    network,
    caller,
    callee,
    async [Symbol.asyncDispose]() {
      await caller[Symbol.asyncDispose]()
      await callee[Symbol.asyncDispose]()
    },
  }
}
