import { closeSync } from 'node:fs'
import type { ServerEntry } from '../config/config.ts'
import { SetupError } from '../errors.ts'
import { silentLog } from '../log.ts'
import type { FoundServer } from './adopt.ts'
import { openBackgroundOutput } from './background-output.ts'
import { createReports } from './console.ts'
import { createProcessLaunch } from './launch-process.ts'
import type { Launch } from './life.ts'
import { takeMasterLock } from './master-lock.ts'
import type { Orders } from './orders.ts'
import { listOthers } from './others.ts'
import type { LocalPeer } from './peer.ts'
import { createSupervisor } from './supervisor.ts'

export interface DeputyOptions {
  /** The runtime folder. */
  readonly folder: string
  /** The command's. */
  readonly peer: LocalPeer
  /** What the master has left. */
  readonly found: readonly [FoundServer, ...FoundServer[]]
}

/** Returns what carries out orders in this process, in place of a master that is gone. */
export function createDeputy({ folder, peer, found }: DeputyOptions): Orders {
  const { config } = found[0].record.order
  const entries = found.map(({ record }) => record.order.entry)
  const supervisor = createSupervisor({
    launch: createLaunchAgain(found, peer),
    // how a command did is what it prints itself
    reports: { ...createReports(entries, silentLog), ready: () => undefined },
    config: config.master,
  })
  for (const { record, life } of found) supervisor.adopt(record.order.entry, life)
  // whoever dies now is missed by the next master
  supervisor.retire()

  /** One command at a time, and none while a master starts. */
  async function alone(work: () => Promise<void>): Promise<void> {
    const release = await takeMasterLock(folder, peer.socket)
    try {
      await work()
    } finally {
      supervisor.retire()
      release()
    }
  }
  return {
    list: async () => {
      const own = await supervisor.list()
      return [{ id: 'master', type: 'master', state: 'gone' }, ...own, ...(await listOthers(config, own))]
    },
    stop: (ids) => alone(() => supervisor.stop(ids)),
    kill: (ids) => alone(() => supervisor.kill(ids)),
    restart: (ids) => alone(() => supervisor.restart(ids ?? entries.map(({ id }) => id))),
    add: async () => {
      throw new SetupError('the master is gone, which would watch the new server: "shaddock start" makes one')
    },
  }
}

/** Servers start again as they were started: the command knows no config. They print where it does not wait for them. */
function createLaunchAgain(found: readonly FoundServer[], peer: LocalPeer): Launch {
  const orders = new Map(found.map(({ record: { order } }) => [order.entry, order] as const))
  return (entry: ServerEntry) => {
    const order = orders.get(entry)
    if (order === undefined) throw new Error(`${entry.id} was not found`)
    const output = openBackgroundOutput(order.application.directory)
    try {
      return createProcessLaunch({ ...order, rpc: peer.rpc, attached: false, output })(entry)
    } finally {
      closeSync(output)
    }
  }
}
