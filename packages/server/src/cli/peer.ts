import { basename } from 'node:path'
import type { Bus } from '../bus/bus.ts'
import { createLocalBus } from '../bus/local.ts'
import { SocketFolder } from '../bus/socket-folder.ts'
import { createMembership } from '../cluster/beat-membership.ts'
import type { MembershipOptions } from '../cluster/beat-membership.ts'
import type { Membership } from '../cluster/membership.ts'
import { createRpc } from '../cluster/rpc.ts'
import type { Rpc } from '../cluster/rpc.ts'
import type { Log } from '../log.ts'
import type { ServerInfo } from '../server-info.ts'
import { newBusName } from './runtime-folder.ts'

/** A process on a bus, beside what its application does there, if it is a server at all. */
export interface Peer {
  readonly self: ServerInfo
  /** Open, not joined. */
  readonly membership: Membership
  readonly rpc: Rpc
  close(): Promise<void>
}

export interface PeerOptions {
  /** Not open yet. */
  readonly bus: Bus
  readonly self: ServerInfo
  readonly log: Log
  /** The application's own, where it is known. */
  readonly cluster?: Pick<MembershipOptions, 'heartbeatMs' | 'downAfterMs'>
  /** How the loss of a server is logged. @default 'debug' */
  readonly lossLevel?: 'debug' | 'info'
}

/** @throws {SetupError} the bus cannot open. */
export async function openPeer(options: PeerOptions): Promise<Peer> {
  const { bus, self, log, cluster = byDefault, lossLevel = 'debug' } = options
  const rpc = createRpc({ bus, self, log, callTimeoutMs })
  const membership = createMembership({ ...cluster, bus, self, log, lossLevel })
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
  return { self, membership, rpc, close }
}

export interface LocalPeerOptions extends Omit<PeerOptions, 'bus'> {
  /** The runtime folder. */
  readonly folder: string
  /** Its name there. @default a new one */
  readonly name?: string
}

export interface LocalPeer extends Peer {
  /** The file in the runtime folder on which it listens. */
  readonly socket: string
}

/** Opens a peer among the processes of this machine. @throws {SetupError} the folder cannot be used. */
export async function openLocalPeer(options: LocalPeerOptions): Promise<LocalPeer> {
  const { folder, self, log, name = newBusName(`${self.type}-${process.pid}`) } = options
  const bus = createLocalBus({
    directory: folder,
    name,
    onError: (err, source) => log.warn({ err, source }, 'a link of the bus failed'),
  })
  const peer = await openPeer({ ...options, bus })
  return { ...peer, socket: basename(new SocketFolder(folder).path(name)) }
}

/** Returns what a process that is no server says of itself. */
export function describePeer(id: string, type: string): ServerInfo {
  // as a server's own: in microseconds
  const incarnation = Math.round((performance.timeOrigin + performance.now()) * 1_000)
  return { id, type, incarnation, frontend: false, host: '127.0.0.1', pid: process.pid, settings: {} }
}

const byDefault = { heartbeatMs: 1_000 }
const callTimeoutMs = 10_000
