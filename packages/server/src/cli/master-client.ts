import { SetupError } from '../errors.ts'
import { silentLog } from '../log.ts'
import type { ServerInfo } from '../server-info.ts'
import { findApplication } from './application-folder.ts'
import { findMasterPid } from './master-lock.ts'
import { createOrders } from './orders.ts'
import type { Orders } from './orders.ts'
import { describePeer, openLocalPeer } from './peer.ts'
import type { LocalPeer, Peer } from './peer.ts'
import { hasRuntimeFolder, removeRuntimeFolder, runtimeFolderOf } from './runtime-folder.ts'

/** What carries out a command: the master or, when it is gone, this process in its place. */
export interface Master extends Orders {
  /** Whether it is gone. */
  readonly isGone: boolean
  /** Resolves when it has left the bus, the last thing that it does. */
  gone(): Promise<void>
}

/**
 * Lets `work` talk to the master of the application in `dir`, or in the current folder or its `game-server`.
 * @throws {SetupError} nothing of it runs.
 */
export async function withMaster<T>(
  dir: string | undefined,
  work: (master: Master) => Promise<T>,
): Promise<T> {
  const { directory } = findApplication(dir)
  const folder = runtimeFolderOf(directory)
  if (!hasRuntimeFolder(folder)) throw new SetupError(`no application runs in ${directory}`)
  const self = describePeer(`cli-${process.pid}`, 'cli')
  const peer = await openLocalPeer({ folder, self, log: silentLog })
  try {
    const master = await findMaster(peer, folder)
    if (master === undefined) throw new SetupError(`no application runs in ${directory}`)
    return await work(master)
  } finally {
    await peer.close()
    removeRuntimeFolder(folder)
  }
}

async function findMaster(peer: LocalPeer, folder: string): Promise<Master | undefined> {
  const pid = await findMasterPid(folder)
  if (pid !== undefined) {
    const master = await meet(peer, pid)
    return { ...createOrders(peer.rpc, master), isGone: false, gone: () => goneFrom(peer, master) }
  }
  const { findServers } = await import('./adopt.ts')
  const [first, ...others] = await findServers(folder, peer)
  if (first === undefined) return undefined
  const { createDeputy } = await import('./deputy.ts')
  const deputy = createDeputy({ folder, peer, found: [first, ...others] })
  return { ...deputy, isGone: true, gone: () => Promise.resolve() }
}

/** How long a master that is there may take to show itself. It begins with a look for servers, and says so once a second. */
const meetMs = 4_000

/** @throws {SetupError} it does not show itself. */
async function meet({ membership }: Peer, pid: number): Promise<ServerInfo> {
  const { promise, resolve, reject } = Promise.withResolvers<ServerInfo>()
  const look = () => {
    const master = membership.find('master')
    if (master?.pid === pid) resolve(master)
  }
  const undo = membership.onChange(look)
  const hangs = new SetupError(
    `the master, pid ${pid}, does not answer: "kill -9 ${pid}" ends it, and only it`,
  )
  const timer = setTimeout(() => reject(hangs), meetMs)
  look()
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    undo()
  }
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
