import type { Config, ServerEntry } from '../config/config.ts'
import { SetupError } from '../errors.ts'
import { Lifecycle } from '../lifecycle.ts'
import { createLog } from '../log.ts'
import type { Log } from '../log.ts'
import { findServers } from './adopt.ts'
import type { FoundServer } from './adopt.ts'
import type { ApplicationFolder } from './application-folder.ts'
import { isClustered } from './cluster.ts'
import { createReports, nag, print } from './console.ts'
import type { AdoptionReports } from './console.ts'
import { formatMs } from './format.ts'
import { createLaunchHere } from './launch-here.ts'
import { createProcessLaunch } from './launch-process.ts'
import type { Launch } from './life.ts'
import { takeMasterLock } from './master-lock.ts'
import { createMasterOrders } from './master-orders.ts'
import { serveOrders } from './orders.ts'
import { listOrphans } from './orphans.ts'
import type { Orphan } from './orphans.ts'
import { openOthers } from './others.ts'
import type { Others } from './others.ts'
import { findOutdated } from './outdated.ts'
import { describePeer, openLocalPeer } from './peer.ts'
import { makeRuntimeFolder, removeRuntimeFolder, runtimeFolderOf } from './runtime-folder.ts'
import type { StopRequest } from './stop-request.ts'
import type { Reports } from './supervised-server.ts'
import { createSupervisor } from './supervisor.ts'
import type { Supervisor } from './supervisor.ts'
import { sweepBeside } from './sweep.ts'

/** Which servers a master runs, and how. JSON can carry it. */
export interface MasterPlan {
  readonly application: ApplicationFolder
  readonly config: Config
  readonly entries: readonly ServerEntry[]
  /** Whether all servers run in the master's own process. */
  readonly single: boolean
  /** Whether servers end when the master dies. */
  readonly attached: boolean
}

/** What runs when all is ready. JSON can carry it. */
export interface Readiness {
  readonly started: readonly string[]
  /** Those that went on when their master was killed. */
  readonly adopted: readonly Orphan[]
}

export interface MasterHooks {
  readonly stop: StopRequest
  /** Called when all servers are ready. */
  readonly onReady: (readiness: Readiness) => void
}

/**
 * Starts servers and watches them until it is requested to stop. Resolves when all have ended and nothing is left.
 * @throws {SetupError} a server cannot start, or the application runs already.
 */
export async function runMaster(plan: MasterPlan, hooks: MasterHooks): Promise<void> {
  const { directory } = plan.application
  // the console is for what the operator asked for: it has the same news in other words
  const log = createLog({ serverId: 'master', directory, config: { ...plan.config.log, console: 'none' } })
  const lifecycle = new Lifecycle()
  try {
    const opened = await openMaster(plan, hooks.stop, { lifecycle, log })
    const onReady = (readiness: Readiness) => {
      hooks.onReady(readiness)
      sweepBeside(runtimeFolderOf(directory)).catch((err: unknown) => log.debug({ err }, 'could not sweep'))
    }
    await supervise(opened, { ...hooks, onReady, log })
  } finally {
    // what came of the application counts more than this
    await lifecycle.stop().catch((err: unknown) => log.error({ err }, 'did not end cleanly'))
    await log.close()
  }
}

interface MasterParts {
  readonly lifecycle: Lifecycle
  readonly log: Log
}

interface OpenMaster {
  readonly supervisor: Supervisor
  readonly adopted: readonly Orphan[]
  /** Those to start. */
  readonly missing: readonly ServerEntry[]
}

/** Becomes the one that commands and servers find. */
async function openMaster(
  plan: MasterPlan,
  stop: StopRequest,
  { lifecycle, log }: MasterParts,
): Promise<OpenMaster> {
  const { application, config, entries, single } = plan
  const folder = runtimeFolderOf(application.directory)
  makeRuntimeFolder(folder)
  lifecycle.onStop('runtime folder', () => removeRuntimeFolder(folder))

  const self = describePeer('master', 'master')
  const peer = await openLocalPeer({ folder, self, log, cluster: config.cluster, lossLevel: 'info' })
  lifecycle.onStop('bus', () => peer.close())
  lifecycle.onStop('lock', await takeMasterLock(folder, peer.socket))
  // before the next master may come
  lifecycle.onStop('membership', () => peer.membership.leave())
  const others = await openOthers(config, log)
  lifecycle.onStop('other machines', () => others.close())

  const launch = single
    ? await createSingleLaunch(plan)
    : createProcessLaunch({ ...plan, folder, rpc: peer.rpc })
  const reports = toldToOthers(createReports(entries, log), others)
  const supervisor = createSupervisor({ launch, reports, config: config.master })
  const adopted = adopt(await findServers(folder, peer), plan, { supervisor, reports })
  const missing = entries.filter((entry) => !adopted.some(({ id }) => id === entry.id))
  await others.refuse(missing)
  const orders = createMasterOrders({ supervisor, stop, self, config, others })
  lifecycle.onStop('orders', serveOrders(peer.rpc, orders))
  peer.membership.join()
  return { supervisor, adopted, missing }
}

function toldToOthers<T extends Reports>(reports: T, others: Others): T {
  const died: Reports['died'] = (entry, ...how) => {
    others.tellOfDeath(entry.id)
    reports.died(entry, ...how)
  }
  return { ...reports, died }
}

/**
 * Goes on with the servers that another master has left.
 * @throws {SetupError} they are processes, and all servers should be in this one.
 */
function adopt(
  found: readonly FoundServer[],
  { config, single }: MasterPlan,
  { supervisor, reports }: { supervisor: Supervisor; reports: AdoptionReports },
): readonly Orphan[] {
  const orphans = found.map(({ record }) => ({ id: record.order.entry.id, pid: record.pid }))
  if (single && orphans.length > 0)
    throw new SetupError(
      `these run in processes of their own: ${listOrphans(orphans)}; "shaddock stop" ends them, or start without --single`,
    )
  for (const { record, life } of found) {
    const { order, pid } = record
    const entry = config.servers.find(({ id }) => id === order.entry.id)
    supervisor.adopt(entry ?? order.entry, life)
    reports.adopted(order.entry, pid, entry && findOutdated(order, config))
  }
  return orphans
}

async function createSingleLaunch({ application, config }: MasterPlan): Promise<Launch> {
  if (!isClustered(config)) return createLaunchHere({ application, config })
  const { createClusterBus } = await import('./cluster-bus.ts')
  return createLaunchHere({ application, config, createBus: createClusterBus })
}

async function supervise(
  { supervisor, adopted, missing }: OpenMaster,
  { stop, onReady, log }: MasterHooks & { readonly log: Log },
): Promise<void> {
  try {
    const started = Promise.race([supervisor.start(missing), stop.requested])
    await nag(started, () => `still starting: ${supervisor.unsettled.join(', ')}`)
    if (!stop.isRequested) onReady({ started: missing.map(({ id }) => id), adopted })
    await stop.requested
  } catch (error) {
    log.error({ err: error }, 'could not start')
    // what ends early because it was told to is no failure
    if (stop.isRequested) return
    // what served its clients before goes on to
    const left = supervisor.release()
    if (left.length > 0) print(`these go on without a master: ${left.join(', ')}`, 'warning')
    throw error
  } finally {
    await stopAll(supervisor, stop, log)
  }
}

async function stopAll(supervisor: Supervisor, stop: StopRequest, log: Log): Promise<void> {
  const startedAt = performance.now()
  log.info('stopping')
  void stop.insisted.then(() => supervisor.kill())
  const hint = process.stdin.isTTY ? ' (Ctrl-C again kills)' : ''
  await nag(supervisor.stop(), () => `still stopping: ${supervisor.unsettled.join(', ')}${hint}`)
  log.info('stopped')
  print(`stopped in ${formatMs(performance.now() - startedAt)}`, 'quiet')
}
