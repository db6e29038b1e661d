import type { MemoryNetwork } from '../../src/bus/memory.ts'
import { frontsSubject, frontSubject } from '../../src/bus/subjects.ts'
import { decodeInbox, InboxKind } from '../../src/channel/inbox.ts'
import type { Join } from '../../src/channel/inbox.ts'
import type { ServerInfo } from '../../src/server-info.ts'
import { infoOf, openBus } from '../cluster/network.ts'

/** A frontend that keeps what it is told, and answers a join when the test says so. */
export interface PuppetFrontend {
  readonly info: ServerInfo
  /** What it was told: `join lobby ada 1`, `leave lobby ada`, `group lobby onChat {}`. */
  readonly told: string[]
  /** Takes the oldest join that waits for its answer. */
  nextJoin(): Promise<PendingJoin>
}

interface PendingJoin extends Join {
  answer(joined: boolean): void
}

const kinds = new Map(Object.entries(InboxKind).map(([name, kind]) => [kind, name]))

export async function openPuppetFrontend(
  network: MemoryNetwork,
  id: string,
  incarnation = 1,
): Promise<PuppetFrontend> {
  const info = { ...infoOf(id, incarnation), frontend: true }
  const bus = await openBus(network)
  const told: string[] = []
  const joins: PendingJoin[] = []
  let wake: () => void = () => undefined
  for (const subject of [frontSubject(info), frontsSubject(info.type)]) {
    bus.subscribe(subject, (message) => {
      const { kind, key, route, body } = decodeInbox(message.data)
      const name = key.slice(key.indexOf('/') + 1)
      const text = Buffer.from(body).toString()
      if (kind !== InboxKind.join) {
        told.push([kinds.get(kind), name, route, text].filter((part) => part !== '').join(' '))
        return
      }
      const join = JSON.parse(text) as Join
      told.push(`join ${name} ${join.uid} ${join.number}`)
      joins.push({ ...join, answer: (joined) => message.reply(Uint8Array.of(Number(joined))) })
      wake()
    })
  }
  return {
    info,
    told,
    async nextJoin() {
      for (;;) {
        const join = joins.shift()
        if (join !== undefined) return join
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}
