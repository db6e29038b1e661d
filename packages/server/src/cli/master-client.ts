import { SetupError } from '../errors.ts'
import { silentLog } from '../log.ts'
import type { ServerInfo } from '../server-info.ts'
import { findApplication } from './application-folder.ts'
import { describeOrphans } from './orphans.ts'
import { createOrders } from './orders.ts'
import type { Orders } from './orders.ts'
import { openPeer } from './peer.ts'
import type { Peer } from './peer.ts'
import { hasRuntimeFolder, removeRuntimeFolder, runtimeFolderOf } from './runtime-folder.ts'

/** A master, as a command sees it. */
export interface Master extends Orders {
  /** Resolves when it has left the bus, the last thing that it does. */
  gone(): Promise<void>
}

/**
 * Lets `work` talk to the master of the application in `dir`, or in the current folder or its `game-server`.
 * @throws {SetupError} none runs.
 */
export async function withMaster<T>(
  dir: string | undefined,
  work: (master: Master) => Promise<T>,
): Promise<T> {
  const { directory } = findApplication(dir)
  const folder = runtimeFolderOf(directory)
  if (!hasRuntimeFolder(folder)) throw new SetupError(`no application runs in ${directory}`)
  const peer = await openPeer({ folder, id: `cli-${process.pid}`, type: 'cli', log: silentLog })
  try {
    const master = findMaster(peer, directory)
    return await work({ ...createOrders(peer.rpc, master), gone: () => goneFrom(peer, master) })
  } finally {
    await peer.close()
    removeRuntimeFolder(folder)
  }
}

function findMaster({ membership }: Peer, directory: string): ServerInfo {
  const master = membership.find('master')
  if (master !== undefined) return master
  const orphans = membership.all()
  throw new SetupError(orphans.length > 0 ? describeOrphans(orphans) : `no application runs in ${directory}`)
}

function goneFrom({ membership }: Peer, master: ServerInfo): Promise<void> {
  const isGone = () => membership.find('master')?.incarnation !== master.incarnation
  if (isGone()) return Promise.resolve()
  return new Promise((resolve) => {
    membership.onChange(() => {
      if (isGone()) resolve()
    })
  })
}
