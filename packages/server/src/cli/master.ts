import { basename } from 'node:path'
import { SocketFolder } from '../bus/socket-folder.ts'
import type { Config, ServerEntry } from '../config/config.ts'
import { SetupError } from '../errors.ts'
import { Lifecycle } from '../lifecycle.ts'
import { createLog } from '../log.ts'
import type { Log } from '../log.ts'
import type { ApplicationFolder } from './application-folder.ts'
import { createReports, nag, print } from './console.ts'
import { formatMs } from './format.ts'
import { createLaunchHere } from './launch-here.ts'
import { createProcessLaunch } from './launch-process.ts'
import { takeMasterLock } from './master-lock.ts'
import { createMasterOrders } from './master-orders.ts'
import { serveOrders } from './orders.ts'
import { describeOrphans } from './orphans.ts'
import { openPeer } from './peer.ts'
import type { Peer } from './peer.ts'
import { makeRuntimeFolder, removeRuntimeFolder, runtimeFolderOf } from './runtime-folder.ts'
import type { StopRequest } from './stop-request.ts'
import { createSupervisor } from './supervisor.ts'
import type { Supervisor } from './supervisor.ts'

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

export interface MasterHooks {
  readonly stop: StopRequest
  /** Called when all servers are ready. */
  readonly onReady: () => void
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
    const supervisor = await openMaster(plan, hooks.stop, { lifecycle, log })
    await supervise(supervisor, plan, { ...hooks, log })
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

/** Becomes the one that commands and servers find. */
async function openMaster(
  plan: MasterPlan,
  stop: StopRequest,
  { lifecycle, log }: MasterParts,
): Promise<Supervisor> {
  const { application, config, entries, single } = plan
  const folder = runtimeFolderOf(application.directory)
  makeRuntimeFolder(folder)
  lifecycle.onStop('runtime folder', () => removeRuntimeFolder(folder))

  const peer = await openPeer({ folder, id: 'master', type: 'master', log, cluster: config.cluster })
  lifecycle.onStop('bus', () => peer.close())
  const socket = basename(new SocketFolder(folder).path(peer.name))
  lifecycle.onStop('lock', await takeMasterLock(folder, socket))
  // before the next master may come
  lifecycle.onStop('membership', () => peer.membership.leave())
  refuseOrphans(peer)

  const launch = single ? createLaunchHere(plan) : createProcessLaunch({ ...plan, folder, rpc: peer.rpc })
  const supervisor = createSupervisor({ launch, reports: createReports(entries, log), config: config.master })
  const orders = createMasterOrders({ supervisor, stop, self: peer.self, directory: application.directory })
  lifecycle.onStop('orders', serveOrders(peer.rpc, orders))
  peer.membership.join()
  return supervisor
}

/** @throws {SetupError} servers run whose master is gone: those to start would have their names and ports. */
function refuseOrphans({ membership }: Peer): void {
  const orphans = membership.all()
  if (orphans.length > 0) throw new SetupError(describeOrphans(orphans))
}

async function supervise(
  supervisor: Supervisor,
  { entries }: MasterPlan,
  { stop, onReady, log }: MasterHooks & { readonly log: Log },
): Promise<void> {
  try {
    const started = Promise.race([supervisor.start(entries), stop.requested])
    await nag(started, () => `still starting: ${supervisor.unsettled.join(', ')}`)
    if (!stop.isRequested) onReady()
    await stop.requested
  } catch (error) {
    log.error({ err: error }, 'could not start')
    // what ends early because it was told to is no failure
    if (!stop.isRequested) throw error
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
