import { setTimeout as delay } from 'node:timers/promises'
import type { Bus } from '../bus/bus.ts'
import { createMemoryNetwork } from '../bus/memory.ts'
import type { MemoryNetwork } from '../bus/memory.ts'
import type { Config, ServerEntry } from '../config/config.ts'
import { SetupError } from '../errors.ts'
import { createLog } from '../log.ts'
import type { Log } from '../log.ts'
import { startServer } from '../start.ts'
import type { RunningServer } from '../start.ts'
import { loadDefinition } from './application-folder.ts'
import type { ApplicationFolder } from './application-folder.ts'
import type { Launch, Life } from './life.ts'
import { placeOf, reasonOf } from './report-error.ts'

export interface LaunchHereOptions {
  readonly application: ApplicationFolder
  readonly config: Config
  /** Makes the bus of each server. @default one in memory */
  readonly createBus?: (config: Config, serverId: string, log: Log) => Bus
}

/** Returns what launches each server within this process. */
export function createLaunchHere(options: LaunchHereOptions): Launch {
  const network = createMemoryNetwork()
  return (entry) => launch(options, network, entry)
}

/** How long a server that is killed may take to free its port. */
const killMs = 500

function launch(
  { application, config, createBus }: LaunchHereOptions,
  network: MemoryNetwork,
  entry: ServerEntry,
): Life {
  const { promise: ended, resolve: end } = Promise.withResolvers<string>()
  const log = createLog({ serverId: entry.id, ...application, config: config.log })
  const bus =
    createBus?.(config, entry.id, log) ??
    network.createBus({
      maxPendingRequests: config.cluster.maxPendingCalls,
      onError: (err, source) => log.error({ err, source }, 'the bus met an error'),
    })
  const server = start({ application, config }, entry, bus, log)
  server.catch(() => end('could not start'))
  const endedEarly = ended.then((how) => Promise.reject(new SetupError(`it ended early: ${how}`)))
  void ended.then(() => log.close())
  return {
    pid: process.pid,
    ready: Promise.race([server.then(({ info }) => info), endedEarly]),
    ended,
    stop: () => void stop(server, log).then(() => end('stopped')),
    kill: () => {
      // the dead say nothing
      void log.close()
      network.crash(bus)
      void Promise.race([stop(server, log), delay(killMs)]).then(() => end('killed'))
    },
    stats: async () => (await server).stats(),
  }
}

async function start(
  { application, config }: LaunchHereOptions,
  entry: ServerEntry,
  bus: Bus,
  log: Log,
): Promise<RunningServer> {
  try {
    return await startServer({
      definition: await loadDefinition(application.entrance),
      config,
      entry,
      bus,
      log,
    })
  } catch (cause) {
    throw new SetupError(reasonOf(cause) + placeOf(cause, application.directory), { cause })
  }
}

async function stop(server: Promise<RunningServer>, log: Log): Promise<void> {
  try {
    await (await server).stop()
  } catch (err) {
    log.error({ err }, 'did not stop cleanly')
  }
}
