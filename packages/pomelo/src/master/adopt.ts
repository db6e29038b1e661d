import { setTimeout as delay } from 'node:timers/promises'
import type { Application as NativeApp, ServerInfo } from 'shaddock'
import { birthOf } from 'shaddock/embed'
import type { Life } from 'shaddock/embed'

/** Who is there: what of an application of Shaddock's is asked of it. */
export type Servers = Pick<NativeApp, 'servers' | 'onServers'>

const pollMs = 50

/** Returns the rest of the life of a server that another process has started. */
export function adoptLife(native: Servers, server: ServerInfo): Life {
  const { pid } = server
  const birth = birthOf(pid)
  // the pid may be another's by now
  const isAlive = () => birth !== undefined && birthOf(pid) === birth
  const signal = (name: NodeJS.Signals) => {
    if (isAlive()) send(pid, name)
  }
  return {
    pid,
    ready: Promise.resolve(server),
    ended: endOf(server, native, isAlive),
    stop: () => signal('SIGTERM'),
    kill: () => signal('SIGKILL'),
    stats: () => Promise.reject(new Error('not asked')),
  }
}

/** One that stands still leaves the lists, and lives: only the system knows, the lists say when to ask it. */
async function endOf({ id, pid }: ServerInfo, native: Servers, isAlive: () => boolean): Promise<string> {
  while (isAlive()) {
    if (native.servers().some((each) => each.id === id && each.pid === pid)) await changed(native)
    else await delay(pollMs, undefined, { ref: false })
  }
  return 'its process is gone'
}

function changed(native: Servers): Promise<void> {
  return new Promise((resolve) => {
    const undo = native.onServers(() => {
      undo()
      resolve()
    })
  })
}

function send(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    // it ended a moment ago
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
