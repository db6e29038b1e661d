import { setTimeout as delay } from 'node:timers/promises'
import { ServerError } from '../errors.ts'
import type { ServerInfo } from '../server-info.ts'
import { askStats } from '../system/stats.ts'
import type { Life } from './life.ts'
import type { Peer } from './peer.ts'
import { isAlive, ServerRecords } from './server-records.ts'
import type { ServerRecord } from './server-records.ts'

/** A server that runs, and that this process did not start. */
export interface FoundServer {
  readonly record: ServerRecord
  readonly life: Life
}

/** Finds the servers that a master which is gone has left in a runtime folder. */
export async function findServers(folder: string, peer: Peer): Promise<readonly FoundServer[]> {
  const records = new ServerRecords(folder)
  const found = records.all()
  // one that was starting ends with its master, and one may be ending
  await Promise.all(found.map((record) => settled(record, peer)))
  return found.filter(isAlive).map((record) => ({ record, life: adopt(record, { records, peer }) }))
}

/** How long a server that is no member may take to end or to become one. Beyond, it is one that hangs. */
const settleMs = 2_000
const pollMs = 50

async function settled(record: ServerRecord, peer: Peer): Promise<void> {
  const deadline = performance.now() + settleMs
  while (infoOf(record, peer) === undefined && isAlive(record) && performance.now() < deadline) {
    await delay(pollMs)
  }
}

interface Surroundings {
  readonly records: ServerRecords
  readonly peer: Peer
}

function adopt(record: ServerRecord, { records, peer }: Surroundings): Life {
  const ended = endOf(record, peer).then((how) => {
    records.remove(record.order.busName)
    return how
  })
  return {
    pid: record.pid,
    ready: readyOf(record, peer, ended),
    ended,
    stop: () => signal(record, 'SIGTERM'),
    kill: () => signal(record, 'SIGKILL'),
    stats: async () => {
      const info = infoOf(record, peer)
      if (info === undefined) throw new ServerError('NO_SERVER', `${record.order.entry.id} is not there`)
      return askStats(peer.rpc, info, statsTimeoutMs)
    },
  }
}

const statsTimeoutMs = 2_000

function signal(record: ServerRecord, name: NodeJS.Signals): void {
  // the pid may be another's by now
  if (!isAlive(record)) return
  try {
    process.kill(record.pid, name)
  } catch (error) {
    // it ended a moment ago
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** Of this life of the server, while it is a member. */
function infoOf({ pid, order }: ServerRecord, { membership }: Peer): ServerInfo | undefined {
  const info = membership.find(order.entry.id)
  return info?.pid === pid ? info : undefined
}

/** As of any life: never, when it ends before. */
async function readyOf(record: ServerRecord, peer: Peer, ended: Promise<string>): Promise<ServerInfo> {
  for (;;) {
    const info = infoOf(record, peer)
    if (info !== undefined) return info
    const how = await Promise.race([changed(peer).then(() => undefined), ended])
    if (how !== undefined) return new Promise(() => undefined)
  }
}

/** Only the system knows when a process has ended; its membership says when it is time to look. */
async function endOf(record: ServerRecord, peer: Peer): Promise<string> {
  while (isAlive(record)) {
    if (infoOf(record, peer) === undefined) await delay(pollMs, undefined, { ref: false })
    else await changed(peer)
  }
  return 'its process is gone'
}

function changed({ membership }: Peer): Promise<void> {
  return new Promise((resolve) => {
    const undo = membership.onChange(() => {
      undo()
      resolve()
    })
  })
}
