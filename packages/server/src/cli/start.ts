import type { Config, ServerEntry } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { SetupError } from '../errors.ts'
import { findApplication } from './application-folder.ts'
import { checkServers, chooseServers } from './check-servers.ts'
import type { Choice } from './check-servers.ts'
import { completeCluster, isClustered } from './cluster.ts'
import { outliveReaders, print } from './console.ts'
import { formatCount, formatMs } from './format.ts'
import { describePlaces, findPlaces } from './hosts.ts'
import { runMaster } from './master.ts'
import type { MasterPlan, Readiness } from './master.ts'
import { listOrphans } from './orphans.ts'
import { listenForStop } from './stop-request.ts'

export interface StartCommand extends Choice {
  readonly dir?: string
  readonly env: string
  readonly single?: boolean
  /** Addresses of NATS, with commas. @default those of the config */
  readonly cluster?: string
  /** The hosts whose servers are to be started, with commas. @default those of this machine */
  readonly hosts?: string
  readonly daemon?: boolean
  /** Whether all ends with the process that started this one. So it does when that opened a channel to this one. */
  readonly attached?: boolean
}

/**
 * Starts an application, and resolves when it has ended; as a daemon, when it is ready.
 * @throws {SetupError} it cannot start; nothing is left of it.
 */
export async function start(command: StartCommand): Promise<void> {
  const application = findApplication(command.dir)
  const config = completeCluster(await loadConfig(application.directory, command.env), command.cluster)
  const entries = findOwn(chooseServers(config.servers, command), config, command.hosts)
  await checkServers(application.directory, entries)
  const { single = false, daemon = false, attached = process.send !== undefined } = command
  const plan: MasterPlan = { application, config, entries, single, attached: attached && !daemon }
  if (daemon) {
    const { startDaemon } = await import('./daemon.ts')
    const { pid, readiness } = await startDaemon(plan)
    printReady(readiness, `they go on with pid ${pid} as their master: "shaddock stop" stops them`)
    return
  }
  await runHere(plan)
}

/** Returns the servers that are to run on this machine. */
function findOwn(
  entries: readonly ServerEntry[],
  config: Config,
  hosts: string | undefined,
): readonly ServerEntry[] {
  if (!isClustered(config)) {
    if (hosts === undefined) return entries
    throw new SetupError('--hosts is for servers on several machines: name their NATS with --cluster')
  }
  const { here, elsewhere } = findPlaces(entries, hosts)
  if (elsewhere.length > 0) print(`elsewhere: ${describePlaces(elsewhere)}`, 'quiet')
  return here
}

async function runHere(plan: MasterPlan): Promise<void> {
  outliveReaders()
  const stop = listenForStop()
  if (plan.attached) onParentGone(stop.request)
  await runMaster(plan, {
    stop,
    onReady: (readiness) => {
      printReady(readiness, 'Ctrl-C stops them')
      // a parent that is gone needs no answer
      process.send?.({ ready: true }, () => undefined)
    },
  })
}

/** Both kinds of parent are meant: the one that opened a channel, and the one that holds the other end of the input. */
function onParentGone(listener: () => void): void {
  if (process.send !== undefined) process.once('disconnect', listener)
  else process.stdin.once('close', listener).resume()
}

function printReady({ started, adopted }: Readiness, hint: string): void {
  if (adopted.length > 0) {
    const news = started.length > 0 ? `, started ${started.join(', ')}` : ''
    print(`adopted ${listOrphans(adopted)}${news}`)
  }
  const count = formatCount(started.length + adopted.length, 'server')
  // from the start of this process: that is what its user waited for
  print(`${count} ready in ${formatMs(performance.now())}; ${hint}`)
}
