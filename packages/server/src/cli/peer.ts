import { basename } from 'node:path'
import { createLocalBus } from '../bus/local.ts'
import { SocketFolder } from '../bus/socket-folder.ts'
import { createMembership } from '../cluster/membership.ts'
import type { Membership } from '../cluster/membership.ts'
import { createRpc } from '../cluster/rpc.ts'
import type { Rpc } from '../cluster/rpc.ts'
import type { Log } from '../log.ts'
import type { ServerInfo } from '../server-info.ts'
import { newBusName } from './runtime-folder.ts'

/** A process among the servers of this machine that is no server itself: the master, or a command. */
export interface Peer {
  readonly self: ServerInfo
  /** The file in the runtime folder on which it listens. */
  readonly socket: string
  /** Open, not joined. */
  readonly membership: Membership
  readonly rpc: Rpc
  close(): Promise<void>
}

export interface PeerOptions {
  readonly folder: string
  readonly id: string
  readonly type: string
  readonly log: Log
  /** The application's own, where it is known. */
  readonly cluster?: { readonly heartbeatMs: number; readonly downAfterMs: number }
}

/** @throws {SetupError} the folder cannot be used. */
export async function openPeer({ folder, id, type, log, cluster = byDefault }: PeerOptions): Promise<Peer> {
  const self = describe(id, type)
  const name = newBusName(`${type}-${process.pid}`)
  const bus = createLocalBus({
    directory: folder,
    name,
    onError: (err, source) => log.warn({ err, source }, 'a link of the bus failed'),
  })
  const rpc = createRpc({ bus, self, log, callTimeoutMs })
  const membership = createMembership({ bus, self, log, ...cluster, lossLevel: 'info' })
  const close = async () => {
    membership.leave()
    membership.close()
    rpc.close()
    await bus.close()
  }
  try {
    await bus.open()
    rpc.open()
    await membership.open()
  } catch (error) {
    await close()
    throw error
  }
  return { self, socket: basename(new SocketFolder(folder).path(name)), membership, rpc, close }
}

const byDefault = { heartbeatMs: 1_000, downAfterMs: 10_000 }
const callTimeoutMs = 10_000

function describe(id: string, type: string): ServerInfo {
  // as a server's own: in microseconds
  const incarnation = Math.round((performance.timeOrigin + performance.now()) * 1_000)
  return { id, type, incarnation, frontend: false, host: '127.0.0.1', pid: process.pid, settings: {} }
}
