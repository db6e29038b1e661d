import type { Bus } from '../bus/bus.ts'
import { createLocalBus } from '../bus/local.ts'
import { SetupError } from '../errors.ts'
import { createLog } from '../log.ts'
import type { Log } from '../log.ts'
import { startServer } from '../start.ts'
import type { RunningServer } from '../start.ts'
import { serveStats } from '../system/stats.ts'
import { loadDefinition } from './application-folder.ts'
import { isClustered } from './cluster.ts'
import { outliveReaders } from './console.ts'
import { openLocalPeer } from './peer.ts'
import { placeOf, reasonOf } from './report-error.ts'
import type { ServerOrder, ServerReport } from './server-order.ts'
import { ServerRecords } from './server-records.ts'

/** Runs the server that the parent process names. Resolves with the exit code once it was told to end, and has. */
export async function runServer(): Promise<number> {
  if (process.send === undefined) throw new SetupError('a server is started by "shaddock start"')
  outliveReaders()
  const order = await new Promise<ServerOrder>((resolve) => process.once('message', resolve))
  process.once('exit', () => new ServerRecords(order.folder).remove(order.busName))
  const told = listenForEnd(order.attached)
  try {
    const log = createLog({ serverId: order.entry.id, ...order.application, config: order.config.log })
    process.on('uncaughtException', (error) => {
      log.fatal({ err: error }, 'uncaught exception')
      void fail(order, error).then(() => process.exit(1))
    })
    // while it starts, nobody relies on it: it may end as it is, and should, rather than be a server that no master knows
    const server = await Promise.race([start(order, log), told, listenForLoss()])
    if (server === undefined) return 0
    await report({ kind: '$ready', info: server.info })
    await told
    return await end(server, log, order.config.master.stopTimeoutMs)
  } catch (error) {
    await fail(order, error)
    return 1
  }
}

/** Resolves when this process should end. */
function listenForEnd(attached: boolean): Promise<undefined> {
  return new Promise((resolve) => {
    const end = () => resolve(undefined)
    process.on('SIGTERM', end)
    // a terminal sends these to the master too, which ends its servers in their order
    for (const signal of ['SIGINT', 'SIGHUP']) process.on(signal, () => process.connected || end())
    if (attached) process.on('disconnect', end)
  })
}

/** Resolves when the master is gone. */
function listenForLoss(): Promise<undefined> {
  return new Promise((resolve) => process.once('disconnect', () => resolve(undefined)))
}

async function start(order: ServerOrder, log: Log): Promise<RunningServer> {
  const { application, config, entry } = order
  const bus = await createBus(order, log)
  const definition = await loadDefinition(application.entrance)
  const server = await startServer({ definition, config, entry, bus, log })
  return isClustered(config) ? meetMachine(server, order, log) : server
}

async function createBus({ config, entry, folder, busName }: ServerOrder, log: Log): Promise<Bus> {
  if (isClustered(config)) return (await import('./cluster-bus.ts')).createClusterBus(config, entry.id, log)
  return createLocalBus({
    directory: folder,
    name: busName,
    maxPendingRequests: config.cluster.maxPendingCalls,
    onError: (err, source) => log.warn({ err, source }, 'the bus met an error'),
  })
}

/** Lets a server that speaks to others over NATS be found by what watches and commands this machine's, without NATS. */
async function meetMachine(
  server: RunningServer,
  { config, folder, busName: name }: ServerOrder,
  log: Log,
): Promise<RunningServer> {
  const peer = await openLocalPeer({ folder, name, self: server.info, log, cluster: config.cluster })
  serveStats(peer.rpc, server.stats)
  peer.membership.join()
  return {
    ...server,
    stop: async () => {
      await server.stop()
      await peer.close()
    },
  }
}

async function end(server: RunningServer, log: Log, timeoutMs: number): Promise<number> {
  // its master, who would see to that, may be gone
  setTimeout(() => process.exit(1), timeoutMs).unref()
  try {
    await server.stop()
    return 0
  } catch (err) {
    log.error({ err }, 'did not stop cleanly')
    return 1
  }
}

function fail({ application }: ServerOrder, error: unknown): Promise<void> {
  return report({ kind: '$failed', why: reasonOf(error) + placeOf(error, application.directory) })
}

function report(message: ServerReport): Promise<void> {
  return new Promise((resolve) => {
    // without a master there is nobody to tell
    if (!process.connected) resolve()
    else process.send?.(message, () => resolve())
  })
}
