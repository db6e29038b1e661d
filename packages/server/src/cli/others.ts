import { hostname } from 'node:os'
import type { Config, ServerEntry } from '../config/config.ts'
import { ServerError, SetupError } from '../errors.ts'
import { silentLog } from '../log.ts'
import type { Log } from '../log.ts'
import type { ServerInfo } from '../server-info.ts'
import { askStats } from '../system/stats.ts'
import { isClustered } from './cluster.ts'
import { describePeer, openPeer } from './peer.ts'
import type { Peer } from './peer.ts'
import type { ServerStatus } from './supervised-server.ts'

/** The servers of the application on other machines, as a master sees them. */
export interface Others {
  /** Returns how those are doing that are not among `own`. */
  list(own: readonly ServerStatus[]): Promise<readonly ServerStatus[]>
  /** @throws {SetupError} one of them runs somewhere already. */
  refuse(entries: readonly ServerEntry[]): Promise<void>
  /** Tells them that a server of this machine has died: only its master knows at once. */
  tellOfDeath(id: string): void
  close(): Promise<void>
}

/**
 * Returns those that NATS leads to; none, if the application has but one machine.
 * @throws {SetupError} NATS cannot be reached.
 */
export async function openOthers(config: Config, log: Log): Promise<Others> {
  if (!isClustered(config)) return nobody
  const { createClusterBus } = await import('./cluster-bus.ts')
  const id = `master@${hostname()}`
  const self = describePeer(id, 'master')
  const peer = await openPeer({ bus: createClusterBus(config, id, log), self, log, cluster: config.cluster })
  return {
    list: (own) => Promise.all(missingIn(own, peer).map((server) => statusOf(server, peer))),
    refuse: (entries) => refuse(entries, peer),
    tellOfDeath: (id) => tellOfDeath(id, peer),
    close: () => peer.close(),
  }
}

/** Returns how the servers on other machines are doing. Where NATS cannot be reached, none, and one line says why. */
export async function listOthers(
  config: Config,
  own: readonly ServerStatus[],
): Promise<readonly ServerStatus[]> {
  const others = await openOthers(config, silentLog).catch((error: unknown) => {
    if (!(error instanceof SetupError)) throw error
    // aside: what a command prints is for programs too
    process.stderr.write(`the servers of other machines are not shown: ${error.message}\n`)
    return nobody
  })
  try {
    return await others.list(own)
  } finally {
    await others.close()
  }
}

const nobody: Others = {
  list: () => Promise.resolve([]),
  refuse: () => Promise.resolve(),
  tellOfDeath: () => undefined,
  close: () => Promise.resolve(),
}

const statsTimeoutMs = 2_000

/** One that is stopped here may run elsewhere. */
function missingIn(own: readonly ServerStatus[], { membership }: Peer): readonly ServerInfo[] {
  const ids = new Set(own.filter(({ state }) => state !== 'stopped').map(({ id }) => id))
  return membership.all().filter(({ id }) => !ids.has(id))
}

async function statusOf(server: ServerInfo, { rpc }: Peer): Promise<ServerStatus> {
  const { id, type, pid, incarnation, host } = server
  // one that is too busy to answer is still to be seen
  const stats = await askStats(rpc, server, statsTimeoutMs).catch(() => undefined)
  return { id, type, state: 'running', pid, incarnation, host, ...stats }
}

async function refuse(entries: readonly ServerEntry[], peer: Peer): Promise<void> {
  const known = entries.flatMap(({ id }) => peer.membership.find(id) ?? [])
  const alive = await Promise.all(known.map((server) => isAlive(server, peer)))
  const running = known.filter((_, index) => alive[index])
  if (running.length === 0) return
  const servers = running.map(({ id, host, pid }) => `${id} (on ${host}, pid ${pid})`)
  throw new SetupError(
    `these run in the cluster already: ${servers.join(', ')}; a server runs on the machine that is its "host"`,
  )
}

/** Who has just been killed is known until somebody asks. */
async function isAlive(server: ServerInfo, { rpc }: Peer): Promise<boolean> {
  try {
    await askStats(rpc, server, statsTimeoutMs)
    return true
  } catch (error) {
    return !(error instanceof ServerError && error.code === 'NO_SERVER')
  }
}

/** Speaks to it: the bus passes on that nobody is there. */
function tellOfDeath(id: string, { membership, rpc }: Peer): void {
  const server = membership.find(id)
  if (server !== undefined) askStats(rpc, server, statsTimeoutMs).catch(() => undefined)
}
