import type { Adoption, HandedChannel } from '../channel/adoption.ts'
import type { LocalChannels } from '../channel/channels.ts'
import type { GiveAway } from '../channel/give-away.ts'
import type { TakeOver } from '../channel/take-over.ts'
import type { Change, Membership } from '../cluster/membership.ts'
import type { Rpc } from '../cluster/rpc.ts'
import { decodeValue, encodeValue } from '../cluster/values.ts'
import type { ServerAddress, ServerInfo } from '../server-info.ts'
import type { Sightings } from './sightings.ts'

/** What servers say to one another when a channel changes its owner. */
const names = {
  /** Frontend to next owner: these members of a channel are here. */
  adopt: '$channels.adopt',
  /** Frontend to the owner before: a channel is another's now; and a while later, none of its members is here for you. */
  moved: '$channels.moved',
  retired: '$channels.retired',
  /** Next owner to all: answer when you route by a change. */
  seen: '$channels.seen',
  /** Next owner to the one before: end what you have begun, and give me what is mine. */
  give: '$channels.give',
} as const

/** How long a server may take to answer. */
export const answerMs = 1_000

/** How long it may take to give away what it has: it waits for others, and for what it has begun. */
const giveMs = 1_500

/** Fits into a message of any bus, with room for what else is in it. */
const maxAdoptBytes = 256 * 1024

/** Returns how a frontend tells a channel's next owner of its members here. */
export function createTellAdopt(rpc: Rpc, self: ServerInfo) {
  return (owner: ServerAddress, { uids, ...adoption }: Adoption): void => {
    for (const part of inParts(uids))
      rpc.tell(owner, names.adopt, encodeValue([self, { ...adoption, uids: part }]))
  }
}

/** Returns how a frontend tells a server that a channel has moved from it. */
export function createTellMoved(rpc: Rpc, { id, incarnation }: ServerInfo) {
  return (step: 'moved' | 'retired', server: ServerAddress, name: string): void =>
    rpc.tell(server, names[step], encodeValue([{ id, incarnation }, name]))
}

export function createAskSeen(rpc: Rpc) {
  return (server: ServerAddress, change: Change): Promise<unknown> =>
    rpc.call(server, names.seen, encodeValue(change), Date.now() + answerMs)
}

export function createAskGive(rpc: Rpc, self: ServerInfo) {
  const { id, incarnation } = self
  return async (server: ServerInfo): Promise<readonly HandedChannel[]> => {
    const to = encodeValue({ id, incarnation })
    return decodeValue(await rpc.call(server, names.give, to, Date.now() + giveMs)) as HandedChannel[]
  }
}

export interface HandOverServices {
  readonly membership: Membership
  readonly channels: LocalChannels
  readonly takeOver: TakeOver
  readonly giveAway: GiveAway
  readonly sightings: Sightings
}

/** Serves all of these. */
export function serveHandOver(
  rpc: Rpc,
  { membership, channels, takeOver, giveAway, sightings }: HandOverServices,
): void {
  // what another server of this application sends is what the functions above encode
  rpc.serve(names.adopt, async (payload) => {
    const [frontend, adoption] = decodeValue(payload) as [ServerInfo, Adoption]
    // its end must be noticed here too
    membership.hear(frontend)
    takeOver.adopt(frontend, adoption)
    return nothing
  })
  rpc.serve(names.moved, async (payload) => {
    const [frontend, name] = decodeValue(payload) as [ServerAddress, string]
    channels.moved(frontend, name)
    return nothing
  })
  rpc.serve(names.retired, async (payload) => {
    const [frontend, name] = decodeValue(payload) as [ServerAddress, string]
    channels.retired(frontend, name)
    return nothing
  })
  rpc.serve(names.seen, async (payload, deadline) => {
    await sightings.seen(decodeValue(payload) as Change, deadline - Date.now())
    return nothing
  })
  rpc.serve(names.give, async (payload) =>
    encodeValue(await giveAway.give(decodeValue(payload) as ServerAddress)),
  )
}

function* inParts(uids: readonly string[]): Iterable<string[]> {
  let part: string[] = []
  let bytes = 0
  for (const uid of uids) {
    part.push(uid)
    // what a text takes in JSON, at the most
    bytes += 6 * uid.length
    if (bytes < maxAdoptBytes) continue
    yield part
    part = []
    bytes = 0
  }
  if (part.length > 0) yield part
}

const nothing = encodeValue(undefined)
