import { decodeInbox, InboxKind } from '../../src/channel/inbox.ts'
import { decodeCall } from '../../src/cluster/envelope.ts'
import type { World } from './world.ts'

/** Notes in the trace what one server says to others, so that it can be read. Beats are left out: they fill pages. */
export function noteMessage(world: World, name: string, subject: string, data: Uint8Array): void {
  const [kind = '', address] = subject.split('.')
  const to = world.lives.find((life) => life.address === address)?.process.name ?? address ?? 'all'
  if (kind === 'calls') {
    const call = decodeCall(data)
    world.note(name, `calls ${to} ${call.name} ${Buffer.from(call.payload).toString('latin1').slice(0, 200)}`)
  } else if (kind === 'front' || kind === 'fronts') {
    const { kind: number, key, route, body } = decodeInbox(data)
    const [what] = Object.entries(InboxKind).find(([, value]) => value === number) ?? []
    world.note(name, `tells ${to} ${what} ${key} ${route} ${Buffer.from(body).toString()}`)
  }
}
