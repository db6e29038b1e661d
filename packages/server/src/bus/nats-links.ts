import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ServerError } from '../errors.ts'
import type { TimerWheel } from '../timer-wheel.ts'
import { Awaited } from './awaited.ts'
import type { Exchange } from './exchange.ts'
import type { Frame } from './frame.ts'
import { decodeHello, encodeHello, linkVersion, versionError } from './hello.ts'
import type { NatsLine, NatsMessage } from './nats-line.ts'
import { judge } from './nats-handshake.ts'
import { decodeHead, headBytes, NatsLink } from './nats-link.ts'
import { NatsNames } from './nats-names.ts'
import { NatsPresence } from './nats-presence.ts'
import { Retries } from './retries.ts'

export interface NatsLinksOptions {
  readonly line: NatsLine
  readonly exchange: Exchange
  readonly timers: TimerWheel
  /** What all subjects begin with, a dot last. */
  readonly prefix: string
  /** Of this bus, for the others' reports. */
  readonly name: string
  /** How often a bus says that it is there, and each of its links that it holds. */
  readonly signMs: number
  /** Takes why a link was closed, with the name of its other side. */
  readonly onError: (error: unknown, peer: string) => void
}

/**
 * A bus's links to all others with its prefix, over one connection to NATS, and lost with it.
 *
 * Everybody says `here` regularly, so that whoever does not know the other yet calls it: says hello to it, on a link with
 * a new number. Who is called answers; with each other's hello both have the link. If messages were lost, who finds
 * that out calls again, so that the other drops the old link as well. NATS
 * answers what is said to a bus that is gone, and each link says something regularly: so the death of a process is
 * noticed, and the first to notice tells the others.
 */
export class NatsLinks {
  readonly id = randomBytes(9).toString('base64url')
  readonly line: NatsLine
  readonly #options: NatsLinksOptions
  readonly #links = new Map<string, NatsLink>()
  /** Those that do not speak as this bus does: to call them again would not help. */
  readonly #strangers = new Set<string>()
  /** Those that `open` waits for. */
  readonly #awaited = new Awaited()
  /** Of one that is there, NATS may know nothing for a moment: when its servers have just found one another. */
  readonly #retries: Retries
  readonly #names: NatsNames
  readonly #presence: NatsPresence
  #isOpening = true
  #lastNumber = 0
  #signs: NodeJS.Timeout | undefined
  #isClosed = false

  constructor(options: NatsLinksOptions) {
    this.line = options.line
    this.#options = options
    this.#retries = new Retries(options.timers, (peer) => this.#meet(peer))
    this.#names = new NatsNames(options.prefix, this.id)
    this.#presence = new NatsPresence(options.line, this.#names.presence)
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  /**
   * Begins to listen and to be heard. Resolves when all that are there are linked, or after `timeoutMs`. `formerId` is
   * the id under which this bus was known until it lost its connection.
   */
  async open(timeoutMs: number, formerId?: string): Promise<void> {
    const { timers, signMs } = this.#options
    this.line.subscribe(this.#names.box(this.id), (message) => this.#onMessage(message))
    this.line.subscribe(this.#names.unheard('*', '*'), (message) => this.#onUnheard(message))
    this.#presence.open({
      here: (peer) => this.#meet(peer),
      gone: (peer) => this.#onGone(peer),
      unheard: (peer) => this.#links.get(peer)?.doubt(),
    })
    if (formerId !== undefined) this.#presence.say('gone', formerId)
    this.#signs = setInterval(() => this.#keep(), signMs).unref()
    const deadline = timers.schedule(timeoutMs, () => this.#stopWaiting())
    await this.#meetAll()
    if (this.#links.size > 0 || this.line.servers.length > 1) {
      // who began at the same moment, at a server that did not know of this bus, or is slow, may be heard of only now
      await delay(spreadMs)
      await this.#meetAll()
    }
    deadline.cancel()
    this.#isOpening = false
  }

  /** Sends what is queued and says goodbye. Resolves when NATS has it. */
  async end(): Promise<void> {
    clearInterval(this.#signs)
    await this.line.flush()
    this.#presence.say('gone', this.id)
    await this.line.flush()
  }

  /** Drops all links. */
  close(): void {
    this.#isClosed = true
    this.#retries.endAll()
    clearInterval(this.#signs)
    for (const link of this.#links.values()) this.#drop(link)
    this.#stopWaiting()
  }

  /** Resolves when all who are known are linked, or there is nobody. */
  async #meetAll(): Promise<void> {
    if (!this.#isOpening) return
    if (this.#links.size === 0) this.#awaited.add(anybody)
    // NATS says there when nobody else listens
    this.#presence.say('here', this.id, this.#names.unheard(anybody, 0))
    await this.#awaited.none()
  }

  #onGone(peer: string): void {
    this.#strangers.delete(peer)
    this.#retries.end(peer)
    this.#dropPeer(peer)
  }

  /** NATS says that nobody is where something was sent to. */
  #onUnheard({ subject, isUnheard }: NatsMessage): void {
    if (!isUnheard) return
    const { peer, link: number } = this.#names.listenerOf(subject)
    const link = this.#links.get(peer)
    // said over an earlier link, and long under way
    if (link !== undefined && link.number !== number) return
    // who learned it from another need not say it again
    if (link?.isOpen && !link.isDoubted) this.#presence.say('unheard', peer)
    this.#dropPeer(peer)
    if (link !== undefined) this.#retries.again(peer)
  }

  #onMessage({ data, reply }: NatsMessage): void {
    const peer = this.#names.speakerOf(reply)
    if (data.length < headBytes || this.#strangers.has(peer)) return
    const head = decodeHead(data)
    const known = this.#links.get(peer)
    const verdict = judge(known, head)
    if (verdict === 'ignore') return
    if (verdict === 'call') return void this.#callAgain(peer)
    const link = verdict === 'hear' ? known : this.#open(peer, head.theirs, verdict)
    if (link !== undefined) this.#receive(link, head.message, data.subarray(headBytes))
  }

  #open(peer: string, theirs: number, verdict: 'open' | 'reopen' | 'answer'): NatsLink {
    const { exchange } = this.#options
    if (verdict === 'answer') this.#dropPeer(peer)
    const link = this.#links.get(peer) ?? this.#call(peer, theirs)
    if (verdict === 'reopen') {
      exchange.leave(link)
      exchange.join(link)
    }
    link.onFrame = (frame) => this.#onHello(link, frame)
    link.open(theirs)
    this.#retries.end(peer)
    return link
  }

  #meet(peer: string): void {
    if (this.#links.has(peer) || this.#strangers.has(peer) || peer === this.id) return
    this.#call(peer)
  }

  /** Begins a link: calls, or answers the call that has that number there. */
  #call(peer: string, theirs = 0): NatsLink {
    const { exchange, name } = this.#options
    const number = ++this.#lastNumber
    const link = new NatsLink({
      line: this.line,
      peer,
      number,
      to: this.#names.box(peer),
      unheard: this.#names.unheard(peer, number),
      // the other side drops its own when it is called on a new one
      onCut: () => this.#callAgain(peer),
    })
    const others = [...this.#links.keys()]
    this.#links.set(peer, link)
    if (this.#isOpening) this.#awaited.add(peer)
    exchange.join(link)
    link.call(encodeHello(name, exchange.subjects(), others), theirs)
    return link
  }

  #callAgain(peer: string): void {
    this.#dropPeer(peer)
    this.#call(peer)
  }

  #receive(link: NatsLink, number: number, bytes: Buffer): void {
    const { onError } = this.#options
    try {
      if (!link.receive(number, bytes)) {
        onError(new ServerError('NO_SERVER', 'NATS has lost messages'), link.name ?? link.peer)
        this.#callAgain(link.peer)
      } else if (this.#isOpening && link.isConfirmed) this.#awaited.end(link.peer)
    } catch (error) {
      this.#strangers.add(link.peer)
      this.#drop(link)
      onError(error, link.name ?? link.peer)
    }
  }

  #onHello(link: NatsLink, frame: Frame): void {
    const { exchange } = this.#options
    const hello = decodeHello(frame)
    link.name = hello.name
    if (hello.version !== linkVersion) throw versionError(hello)
    for (const [number, subject] of hello.subjects) exchange.learn(link, number, subject)
    link.onFrame = (next) => exchange.receive(link, next)
    for (const id of hello.others ?? []) this.#meet(id)
    this.#awaited.end(anybody)
  }

  /** Says that this bus is there, and something on each link on which nothing was said since the last time. */
  #keep(): void {
    this.#presence.say('here', this.id)
    for (const link of this.#links.values()) {
      link.idle++
      if (link.isOpen && link.idle > 1) link.say()
      if (!link.isOpen && link.idle > maxUnanswered) this.#drop(link)
    }
  }

  #dropPeer(peer: string): void {
    const link = this.#links.get(peer)
    if (link !== undefined) this.#drop(link)
    else this.#awaited.end(peer)
  }

  #drop(link: NatsLink): void {
    link.close()
    this.#links.delete(link.peer)
    this.#options.exchange.leave(link)
    this.#awaited.end(link.peer)
  }

  #stopWaiting(): void {
    this.#isOpening = false
    this.#awaited.endAll()
  }
}

/** Stands for all those that `open` does not know yet. */
const anybody = 'anybody'

/** How long it may take NATS to tell all its servers of a subscription, and all subscribers of a message. */
const spreadMs = 50

/** For how many signs a call may go unanswered. Who is there calls back at once. */
const maxUnanswered = 2
