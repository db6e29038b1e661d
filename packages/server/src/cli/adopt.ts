import { setTimeout as delay } from 'node:timers/promises'
import { ServerError } from '../errors.ts'
import type { ServerInfo } from '../server-info.ts'
import { askStats } from '../system/stats.ts'
import { ForeignProcess } from './foreign-process.ts'
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
  const process = new ForeignProcess(record.pid, record.birth)
  const sight = { isThere: () => infoOf(record, peer) !== undefined, changed: () => changed(peer) }
  const ended = process.ended(sight).then((how) => {
    records.remove(record.order.busName)
    return how
  })
  return {
    pid: record.pid,
    ready: readyOf(record, peer, ended),
    ended,
    stop: () => process.signal('SIGTERM'),
    kill: () => process.signal('SIGKILL'),
    stats: async () => {
      const info = infoOf(record, peer)
      if (info === undefined) throw new ServerError('NO_SERVER', `${record.order.entry.id} is not there`)
      return askStats(peer.rpc, info, statsTimeoutMs)
    },
  }
}

const statsTimeoutMs = 2_000

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

function changed({ membership }: Peer): Promise<void> {
  return new Promise((resolve) => {
    const undo = membership.onChange(() => {
      undo()
      resolve()
    })
  })
}
