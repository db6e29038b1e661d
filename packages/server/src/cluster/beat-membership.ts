import type { Awaitable } from '@shaddock/protocol'
import type { Bus, BusMessage } from '../bus/bus.ts'
import { addressOf, beatSubject, membersSubject, signSubject } from '../bus/subjects.ts'
import { ServerError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ServerAddress, ServerInfo } from '../server-info.ts'
import { decodeBeat, encodeBeat } from './beat.ts'
import type { BeatKind } from './beat.ts'
import { MemberList } from './member-list.ts'
import type { Member } from './member-list.ts'
import type { Change, Membership, MembershipListener } from './membership.ts'

export interface MembershipOptions {
  readonly bus: Bus
  readonly self: ServerInfo
  readonly log: Log
  /** How often a server says that it lives. @default 1_000 */
  readonly heartbeatMs: number
  /** How long a server may be silent before it is down for everybody. @default 10 * heartbeatMs */
  readonly downAfterMs?: number
  /** How the loss of a server is logged: all the others see it, and one of them should tell. @default 'debug' */
  readonly lossLevel?: 'debug' | 'info'
}

/** How many times in the time of a beat it is looked who is silent, so that silence is noticed soon after its time. */
const ticksPerBeat = 4

/** How long the first member that is asked may take to say who is there. */
const listMs = 2_000

export function createMembership(options: MembershipOptions): Membership {
  return new BeatMembership(options)
}

class BeatMembership implements Membership {
  readonly self: ServerInfo
  readonly #bus: Bus
  readonly #log: Log
  readonly #heartbeatMs: number
  readonly #downAfterMs: number
  readonly #lossLevel: 'debug' | 'info'
  readonly #members = new MemberList()
  /** The incarnation that said it leaves, by id: what others still say of it is not its return. */
  readonly #left = new Map<string, number>()
  readonly #listeners = new Set<MembershipListener>()
  readonly #undo: (() => void)[] = []
  #beating: NodeJS.Timeout | undefined
  #tickedAt = 0
  #ticks = 0
  /** When this process last stood still for so long that the others gave it up. */
  #standstill = { from: -Infinity, to: -Infinity }
  #joined = false
  #unretain = (): void => {}
  #closed = false

  constructor(options: MembershipOptions) {
    const { bus, self, log, heartbeatMs, downAfterMs = 10 * heartbeatMs, lossLevel = 'debug' } = options
    this.self = self
    this.#bus = bus
    this.#log = log
    this.#heartbeatMs = heartbeatMs
    this.#downAfterMs = downAfterMs
    this.#lossLevel = lossLevel
  }

  servers(type: string): readonly ServerInfo[] {
    return this.#members.ofType(type)
  }

  find(id: string): ServerInfo | undefined {
    return this.#members.get(id)?.server
  }

  all(): readonly ServerInfo[] {
    return this.#members.all()
  }

  async open(): Promise<void> {
    this.#undo.push(
      this.#bus.subscribe(signSubject(this.self), ignore),
      this.#bus.subscribe(beatSubject, (message) => this.#onBeat(message)),
    )
    // subscribed first, so that the others know of it when they know of this bus: who joins now is heard
    await this.#bus.open()
    this.#tickedAt = performance.now()
    this.#beating = setInterval(() => this.#tick(), this.#heartbeatMs / ticksPerBeat).unref()
    for (const server of await this.#askWhoIsThere()) {
      // a life of this server that has ended, and they did not see it yet
      if (server.id !== this.self.id) this.#heard(server)
    }
  }

  hear(server: ServerInfo): void {
    if (server.id !== this.self.id) this.#heard(server)
  }

  doubt({ id, incarnation }: ServerAddress): void {
    const member = this.#members.get(id)
    if (member?.server.incarnation !== incarnation || id === this.self.id) return
    const silentMs = performance.now() - member.heardAt
    if (silentMs > this.#downAfterMs / 2) this.#lost(member.server, 'lost by another, and silent')
    else this.#bus.publish(signSubject(member.server), nothing)
  }

  isOverdue(linkedAt: number): boolean {
    const now = performance.now()
    const isJustAwake = now - this.#tickedAt > this.#heartbeatMs + this.#downAfterMs
    const { from, to } = isJustAwake ? { from: this.#tickedAt, to: now } : this.#standstill
    // by then what was said before has been read
    return linkedAt <= from && now < to + this.#heartbeatMs
  }

  hasSeen({ kind, server }: Change): boolean {
    return this.#members.has(server) === (kind === 'joined')
  }

  join(): void {
    this.#joined = true
    this.#undo.push(
      this.#bus.subscribe(membersSubject, (message) =>
        message.reply(Buffer.from(JSON.stringify(this.all()))),
      ),
    )
    this.#heard(this.self)
    // so that whoever is linked, or linked again, need not wait for the next beat
    this.#unretain = this.#bus.retain(beatSubject, encodeBeat('beat', this.self))
  }

  leave(): void {
    if (!this.#joined) return
    this.#joined = false
    this.#unretain()
    this.#say('leave')
    this.#lost(this.self, 'left')
  }

  close(): void {
    this.#closed = true
    this.#unretain()
    clearInterval(this.#beating)
    for (const undo of this.#undo.splice(0)) undo()
    for (const { link } of this.#members) link.end()
  }

  onChange(listener: MembershipListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async #askWhoIsThere(): Promise<readonly ServerInfo[]> {
    try {
      const list = await this.#bus.request(membersSubject, nothing, listMs)
      return JSON.parse(Buffer.from(list).toString()) as ServerInfo[]
    } catch (error) {
      // nobody to ask, or it says nothing: whoever is there, or comes, will be heard at its next beat
      if (error instanceof ServerError && (error.code === 'NO_SERVER' || error.code === 'TIMEOUT')) return []
      throw error
    }
  }

  #say(kind: BeatKind): void {
    this.#bus.publish(beatSubject, encodeBeat(kind, this.self))
  }

  #onBeat(message: BusMessage): void {
    const { kind, id, incarnation, server } = decodeBeat(message.data)
    if (id === this.self.id) return
    const known = this.#members.get(id)
    const isKnown = known?.server.incarnation === incarnation
    if (kind === 'leave') {
      this.#left.set(id, incarnation)
      if (isKnown) this.#lost(known.server, 'left')
    } else this.#heard(isKnown ? known.server : server())
  }

  #heard(server: ServerInfo): void {
    const known = this.#members.get(server.id)
    if (known?.server.incarnation === server.incarnation) {
      known.heardAt = performance.now()
      return
    }
    if (server.incarnation < (known?.server.incarnation ?? 0)) return
    if (server.incarnation === this.#left.get(server.id)) return
    const link = this.#bus.watch(signSubject(server), () => this.#lost(server, 'its link is lost'))
    // known to another, and not linked to this one yet: it will be heard over its link
    if (link === undefined) return
    if (known !== undefined) this.#lost(known.server, 'restarted')
    this.#members.add({ server, heardAt: performance.now(), link })
    this.#log.debug({ server: addressOf(server) }, 'server is there')
    this.#changed([server], [])
  }

  #tick(): void {
    const now = performance.now()
    // when this process itself stood still, the others' beats wait unread: judge nobody by that time
    const stood = now - this.#tickedAt - this.#heartbeatMs / ticksPerBeat
    if (stood > this.#downAfterMs) this.#standstill = { from: this.#tickedAt, to: now }
    this.#tickedAt = now
    if (this.#joined && this.#ticks++ % ticksPerBeat === 0) this.#say('beat')
    if (stood > this.#heartbeatMs)
      for (const member of this.#members) member.heardAt = Math.min(now, member.heardAt + stood)
    const others = [...this.#members].filter(({ server }) => server.id !== this.self.id)
    const silentMs = ({ heardAt }: Member) => now - heardAt
    if (!others.some((member) => silentMs(member) > this.#downAfterMs)) return
    // with one of a machine that is cut off goes the whole machine, whose beat is only a little longer ago
    for (const member of others)
      if (silentMs(member) > this.#downAfterMs / 2)
        this.#lost(member.server, `silent for ${Math.round(silentMs(member))} ms`)
  }

  #lost(server: ServerInfo, why: string): void {
    const member = this.#members.get(server.id)
    if (member?.server.incarnation !== server.incarnation || this.#closed) return
    this.#members.remove(server)
    // who is down here must not be heard as if nothing had been, and has to know
    if (why === 'left') member.link.end()
    else member.link.cut()
    // who leaves was told to: only a loss is news
    const level = why === 'left' ? 'debug' : this.#lossLevel
    this.#log[level]({ server: addressOf(server), why }, 'server is gone')
    this.#changed([], [server], why === 'left' ? 'left' : 'down')
  }

  #changed(joined: readonly ServerInfo[], left: readonly ServerInfo[], how: 'left' | 'down' = 'down'): void {
    for (const listener of this.#listeners) void this.#tell(() => listener(joined, left, how))
  }

  /** A listener that fails must keep neither the others nor the beats from going on. */
  async #tell(tell: () => Awaitable<void>): Promise<void> {
    try {
      await tell()
    } catch (error) {
      this.#log.error({ err: error }, 'a listener to servers failed')
    }
  }
}

const nothing = new Uint8Array()

function ignore(): void {
  // what matters is whether it can be said
}
