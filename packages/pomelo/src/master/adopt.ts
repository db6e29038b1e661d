import type { Application as NativeApp, ServerInfo } from 'shaddock'
import { ForeignProcess } from 'shaddock/embed'
import type { Life } from 'shaddock/embed'

/** Who is there: what of an application of Shaddock's is asked of it. */
export type Servers = Pick<NativeApp, 'servers' | 'onServers'>

/** Returns the rest of the life of a server that another process has started. */
export function adoptLife(native: Servers, server: ServerInfo): Life {
  const { id, pid } = server
  const process = new ForeignProcess(pid)
  const isThere = () => native.servers().some((each) => each.id === id && each.pid === pid)
  return {
    pid,
    ready: Promise.resolve(server),
    ended: process.ended({ isThere, changed: () => changed(native) }),
    stop: () => process.signal('SIGTERM'),
    kill: () => process.signal('SIGKILL'),
    stats: () => Promise.reject(new Error('not asked')),
  }
}

function changed(native: Servers): Promise<void> {
  return new Promise((resolve) => {
    const undo = native.onServers(() => {
      undo()
      resolve()
    })
  })
}
