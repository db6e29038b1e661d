import { fork } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { Rpc } from '../cluster/rpc.ts'
import type { Config, ServerEntry } from '../config/config.ts'
import { SetupError } from '../errors.ts'
import type { ServerInfo } from '../server-info.ts'
import { askStats } from '../system/stats.ts'
import type { ApplicationFolder } from './application-folder.ts'
import type { Launch, Life } from './life.ts'
import { newBusName } from './runtime-folder.ts'
import { isServerReport } from './server-order.ts'
import type { ServerOrder } from './server-order.ts'
import { ServerRecords } from './server-records.ts'

export interface ProcessLaunchOptions {
  readonly application: ApplicationFolder
  readonly config: Config
  /** The runtime folder. */
  readonly folder: string
  /** Reaches the servers in that folder. */
  readonly rpc: Rpc
  /** Whether servers end with this process. */
  readonly attached: boolean
  /** A file for what servers print. @default where this process prints */
  readonly output?: number
}

/** Returns what launches each server as a process. */
export function createProcessLaunch(options: ProcessLaunchOptions): Launch {
  const { application, config, folder, rpc, attached } = options
  const records = new ServerRecords(folder)
  return (entry) => {
    const busName = newBusName(entry.id)
    const child = spawnServer(entry, options)
    const order: ServerOrder = { application, config, entry, folder, busName, attached }
    if (child.pid !== undefined) records.write(child.pid, order)
    // if it has died already, that is told by its end
    child.send(order, () => undefined)
    // one that was killed leaves its socket
    void endOf(child).then(() => records.remove(busName))
    return toLife(child, rpc)
  }
}

/** The `shaddock` command: the entrance of every process of an application. */
export const command = fileURLToPath(new URL('../../bin/shaddock.js', import.meta.url))

const statsTimeoutMs = 2_000

/**
 * What is young dies young here: a server makes messages that are gone at once, and sessions that stay. With V8's own
 * default, logins in a crowd would have it keep 64 MB for the young, of which a server then uses next to nothing.
 */
const nodeOptions = ['--max-semi-space-size=4']

function spawnServer({ id, args }: ServerEntry, { config, output }: ProcessLaunchOptions): ChildProcess {
  // the id is for whoever reads a list of processes
  return fork(command, ['server', id], {
    execArgv: [...nodeOptions, ...args],
    env: { ...process.env, NODE_ENV: config.environment },
    // whoever prints elsewhere outlives the terminal
    detached: output !== undefined,
    stdio: ['ignore', output ?? 'inherit', output ?? 'inherit', 'ipc'],
  })
}

function toLife(child: ChildProcess, rpc: Rpc): Life {
  const ended = endOf(child)
  const ready = new Promise<ServerInfo>((resolve, reject) => {
    child.on('message', (message) => {
      if (!isServerReport(message)) return
      if (message.kind === '$ready') resolve(message.info)
      else reject(new SetupError(message.why))
    })
    void ended.then((how) => reject(new SetupError(`it ended early: ${how}`)))
  })
  return {
    pid: child.pid,
    ready,
    ended,
    stop: () => child.kill('SIGTERM'),
    kill: () => child.kill('SIGKILL'),
    stats: async () => askStats(rpc, await ready, statsTimeoutMs),
  }
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
    // without a pid it never started, and no exit follows
    child.on('error', (error) => child.pid === undefined && resolve(error.message))
  })
}
