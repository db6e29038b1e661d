import { jsonCodec } from '@shaddock/protocol'
import type { Bus } from './bus/bus.ts'
import { LocalChannels } from './channel/channels.ts'
import type { HandOver } from './channel/hand-over.ts'
import { GiveAway } from './channel/give-away.ts'
import { TakeOver } from './channel/take-over.ts'
import { createMembership } from './cluster/beat-membership.ts'
import type { Membership } from './cluster/membership.ts'
import { createRpc } from './cluster/rpc.ts'
import type { Rpc } from './cluster/rpc.ts'
import type { Config, ServerEntry } from './config/config.ts'
import { createRouter } from './dispatch/router.ts'
import type { Router } from './dispatch/router.ts'
import { ServerError } from './errors.ts'
import { InFlight } from './in-flight.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Log } from './log.ts'
import type { ServerInfo } from './server-info.ts'
import type { Session } from './session/session.ts'
import { serveGone } from './system/groups.ts'
import { answerMs, createAskGive, createAskSeen, serveHandOver } from './system/hand-over.ts'
import { Sightings } from './system/sightings.ts'
import { TimerWheel } from './timer-wheel.ts'

export interface CoreOptions {
  readonly config: Config
  readonly entry: ServerEntry
  readonly bus: Bus
  readonly log: Log
}

/** What every server is made of below its modules. */
export interface Core {
  readonly timers: TimerWheel
  readonly inFlight: InFlight
  readonly rpc: Rpc
  readonly membership: Membership
  readonly router: Router<Session>
  readonly channels: LocalChannels
  readonly takeOver: TakeOver
  readonly giveAway: GiveAway
  /** A frontend's, once it has one. */
  handOver?: HandOver
  /** @throws {ServerError} `NO_SERVER`: no server of that id is there. */
  readonly find: (id: string) => ServerInfo
}

/** Opens them, and hears of the other servers; this one has not joined them yet. */
export async function openCore(
  { config, entry, bus, log }: CoreOptions,
  lifecycle: Lifecycle,
): Promise<Core> {
  const { callTimeoutMs } = config.cluster
  const self = describe(entry)
  const timers = new TimerWheel()
  lifecycle.onStop('timers', () => timers.close())
  lifecycle.onStop('bus', () => bus.close())

  const inFlight = new InFlight()
  const rpc = createRpc({
    bus,
    self,
    log: log.named('rpc'),
    callTimeoutMs,
    inFlight,
    isOverdue: (linkedAt) => membership.isOverdue(linkedAt),
  })
  rpc.open()
  lifecycle.onStop('rpc', () => rpc.close())
  const membership = createMembership({ bus, self, log: log.named('membership'), ...config.cluster })
  lifecycle.onStop('membership', () => membership.close())
  await membership.open()

  const find = (id: string): ServerInfo => {
    const server = membership.find(id)
    if (server === undefined) throw new ServerError('NO_SERVER', `${id} is not there`)
    return server
  }
  const frontend = (id: string) => membership.find(id)
  const channels = new LocalChannels({ bus, codec: jsonCodec, self, callTimeoutMs, frontend, log })
  serveGone(rpc, channels)
  const router = createRouter<Session>((type) => membership.servers(type))
  const sightings = new Sightings(membership, timers)
  const servers = () => membership.all()
  const askSeen = createAskSeen(rpc)
  const takeOver = new TakeOver({
    ...{ self, channels, work: rpc.work, servers, askSeen },
    hasSeen: (change) => membership.hasSeen(change),
    seenHere: (change) => sightings.seen(change, answerMs),
    askGive: createAskGive(rpc, self),
  })
  const giveAway = new GiveAway({
    ...{ self, channels, work: rpc.work, servers, askSeen },
    pick: (name) => router.pick(self.type, name),
  })
  serveHandOver(rpc, { membership, channels, takeOver, giveAway, sightings })
  const core: Core = { timers, inFlight, rpc, membership, router, channels, takeOver, giveAway, find }
  followServers(core)
  return core
}

/** Keeps channels in step with the servers that come and go. */
function followServers(core: Core): void {
  const { membership, channels, takeOver, giveAway } = core
  membership.onChange((joined, left, how) => {
    // first of all: what it tells goes before what is routed by the change
    core.handOver?.onChange(joined, left, how)
    for (const server of left) {
      if (server === membership.self) channels.close()
      else channels.drop(server)
    }
    takeOver.onChange(joined, left, how)
    giveAway.onChange()
  })
}

function describe(entry: ServerEntry): ServerInfo {
  return {
    id: entry.id,
    type: entry.type,
    // microseconds: larger at each start of a server on one machine
    incarnation: Math.round((performance.timeOrigin + performance.now()) * 1_000),
    frontend: entry.frontend,
    host: entry.clientHost,
    ...(entry.clientPort !== undefined && { clientPort: entry.clientPort }),
    pid: process.pid,
    settings: entry.settings,
  }
}
