import type { AppDefinition } from '../app.ts'
import { createLocalBus } from '../bus/local.ts'
import type { Config, ServerEntry } from '../config/config.ts'
import { makeRuntimeFolder, newBusName, removeRuntimeFolder, runtimeFolderOf } from '../cli/runtime-folder.ts'
import { createLog } from '../log.ts'
import type { Log } from '../log.ts'
import { startServer } from '../start.ts'
import type { RunningServer } from '../start.ts'
import type { Transport } from '../transport/transport.ts'

export interface JoinOptions {
  readonly definition: AppDefinition
  readonly config: Config
  /** Which server this process is. It need not be one of `config.servers`. */
  readonly entry: ServerEntry
  /** @default as `config.log` says; closed when the server stops */
  readonly log?: Log
  /** How clients reach a frontend. @default WebSocket and TCP on the entry's host and port */
  readonly transport?: Transport
  /** Puts another transport around that one, for clients that write their messages otherwise. */
  readonly aroundTransport?: (transport: Transport) => Transport
}

/**
 * Starts a server in this process, which is the caller's: it installs no signal handlers and ends nothing but what it
 * began. The servers of one application's folder find one another on this machine, whoever started them.
 * @throws {SetupError} it cannot start; nothing is left running.
 */
export async function joinServer(options: JoinOptions): Promise<RunningServer> {
  const { config, entry } = options
  const folder = runtimeFolderOf(config.directory)
  makeRuntimeFolder(folder)
  const log =
    options.log ?? createLog({ serverId: entry.id, directory: config.directory, config: config.log })
  const bus = createLocalBus({
    directory: folder,
    name: newBusName(entry.id),
    maxPendingRequests: config.cluster.maxPendingCalls,
    onError: (err, source) => log.warn({ err, source }, 'the bus met an error'),
  })
  const end = async () => {
    removeRuntimeFolder(folder)
    if (options.log === undefined) await log.close()
  }
  try {
    const server = await startServer({ ...options, bus, log })
    let stopping: Promise<void> | undefined
    return { ...server, stop: () => (stopping ??= server.stop().finally(end)) }
  } catch (error) {
    await end()
    throw error
  }
}
