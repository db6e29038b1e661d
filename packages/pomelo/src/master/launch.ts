import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import type { Application as NativeApp, ServerInfo } from 'shaddock'
import { ownHosts, startEnvironment } from 'shaddock/embed'
import type { Launch, Life, ServerEntry } from 'shaddock/embed'
import type { App } from '../app.ts'

/**
 * Returns what launches each server as a process of the application's main file. It is ready when it has joined. `retire`
 * is called, before anybody knows that it has ended, for one that shall not start again.
 */
export function createLaunch(app: App, native: NativeApp, retire: (id: string) => void): Launch {
  return (entry) => {
    // the channel tells the server that its master lives
    const child = spawnServer(app, entry, ['ipc'])
    child.once('exit', (code) => {
      // who ends by itself and content wanted to
      if (code === 0 || String(entry.settings['auto-restart']) === 'false') retire(entry.id)
    })
    const ended = endOf(child)
    return {
      pid: child.pid,
      ready: joined(native, { id: entry.id, pid: child.pid, ended }),
      ended,
      stop: () => child.kill('SIGTERM'),
      kill: () => child.kill('SIGKILL'),
      // what the console of Pomelo lists, it asks the servers itself
      stats: () => Promise.reject(new Error('not asked')),
    } satisfies Life
  }
}

/** Starts the process of a server: `node <args> app.js env=… id=… …` */
export function spawnServer(app: App, entry: ServerEntry, channel: readonly 'ipc'[] = []): ChildProcess {
  const { id, settings } = entry
  const host = String(settings['host'] ?? '127.0.0.1')
  if (!isLocal(app, host))
    throw new Error(`${id} is to run on ${host}: all servers run on the machine of the master`)
  return spawn(process.execPath, commandLineOf(app, entry), {
    cwd: process.cwd(),
    stdio: ['ignore', 'inherit', 'inherit', ...channel],
    detached: app.env !== 'development',
    env: { ...process.env, ...startEnvironment() },
  })
}

/** Returns the arguments of a server's process. What one that ran had by itself, the next has of its own. */
export function commandLineOf(app: App, { args, settings }: ServerEntry): string[] {
  const { pid: _, main: __, env: ___, ...told } = settings
  const pairs = Object.entries(told).map(([key, value]) => `${key}=${String(value)}`)
  return [...args, app.main, `env=${app.env}`, ...pairs]
}

function isLocal(app: App, host: string): boolean {
  return host === app.master?.host || ownHosts().includes(host)
}

function endOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${String(code)}`))
    // without a pid it never started, and no exit follows
    child.on('error', (error) => child.pid === undefined && resolve(error.message))
  })
}

/** Resolves when a process has become a member. Where it ends before, nobody listens any more. */
function joined(
  native: NativeApp,
  {
    id,
    pid,
    ended,
  }: { readonly id: string; readonly pid: number | undefined; readonly ended: Promise<string> },
): Promise<ServerInfo> {
  return new Promise((resolve, reject) => {
    const undo = native.onServers((servers) => {
      const server = servers.find((each) => each.id === id && each.pid === pid)
      if (server === undefined) return
      undo()
      resolve(server)
    })
    void ended.then((how) => {
      undo()
      reject(new Error(`it ended early: ${how}`))
    })
  })
}
