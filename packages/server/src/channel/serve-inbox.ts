import type { Bus, BusMessage } from '../bus/bus.ts'
import { frontsSubject, frontSubject } from '../bus/subjects.ts'
import type { ServerInfo } from '../server-info.ts'
import type { Groups } from './groups.ts'
import { decodeInbox, InboxKind } from './inbox.ts'
import type { Join } from './inbox.ts'

/** Serves a frontend's inbox: what the owners of channels say to its groups. Returns the undo. */
export function serveInbox(self: ServerInfo, bus: Bus, groups: Groups): () => void {
  const onMessage = (message: BusMessage) => takeInbox(groups, message)
  const undo = [
    bus.subscribe(frontSubject(self), onMessage),
    bus.subscribe(frontsSubject(self.type), onMessage),
  ]
  return () => undo.forEach((unsubscribe) => unsubscribe())
}

function takeInbox(groups: Groups, message: BusMessage): void {
  const { kind, key, route, body } = decodeInbox(message.data)
  switch (kind) {
    case InboxKind.join:
      message.reply(Uint8Array.of(groups.join(key, fromJson(body) as Join) ? 1 : 0))
      return
    case InboxKind.leave:
      groups.leave(key, fromJson(body) as string)
      return
    case InboxKind.group:
      groups.push(key, route, body)
      return
    case InboxKind.users:
      groups.pushToUids(JSON.parse(key) as string[], route, body)
      return
    case InboxKind.everybody:
      groups.pushToAll(route, body)
  }
}

/** What comes from another server of this application is what `encodeOrder` made. */
function fromJson(body: Uint8Array): unknown {
  return JSON.parse(Buffer.from(body).toString())
}
