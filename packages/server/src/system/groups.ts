import type { LocalChannels } from '../channel/channels.ts'
import type { Gone } from '../channel/inbox.ts'
import type { Rpc } from '../cluster/rpc.ts'
import { decodeValue, encodeValue } from '../cluster/values.ts'
import type { ServerAddress } from '../server-info.ts'

const goneName = '$group.gone'

/** Returns what a frontend tells a channel's owner when a member is there no more. */
export function createTellGone(rpc: Rpc, self: ServerAddress): (owner: ServerAddress, gone: Gone) => void {
  const frontend = { id: self.id, incarnation: self.incarnation }
  return (owner, gone) => rpc.tell(owner, goneName, encodeValue([frontend, gone]))
}

export function serveGone(rpc: Rpc, channels: LocalChannels): void {
  rpc.serve(goneName, async (payload) => {
    const [frontend, gone] = decodeValue(payload) as [ServerAddress, Gone]
    channels.gone(frontend, gone)
    return encodeValue(undefined)
  })
}
