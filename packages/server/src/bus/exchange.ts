import { ProtocolError } from '@shaddock/protocol'
import { ServerError } from '../errors.ts'
import type { TimerWheel } from '../timer-wheel.ts'
import type { BusMessage, Watch } from './bus.ts'
import { frameKinds, frameOf, maxBodyBytes } from './frame.ts'
import type { Frame } from './frame.ts'
import { Interest } from './interest.ts'
import type { Link } from './interest.ts'
import { Requests } from './requests.ts'
import { Subscriptions } from './subscriptions.ts'
import type { OnMessage } from './subscriptions.ts'
import { Turn } from '../turn.ts'

/** What the buses that have links of their own take. */
export interface BusOptions {
  /** Takes what a subscriber throws, with its subject, and why a link was closed, with the name of its other side. */
  readonly onError: (error: unknown, source: string) => void
  /** How many requests may wait for a reply of one other side. @default 10_000 */
  readonly maxPendingRequests?: number
}

/** The middle of a bus: knows who listens where, and answers, delivers and asks over links that it is given. */
export class Exchange {
  readonly #maxPendingRequests: number
  readonly #subscriptions: Subscriptions
  readonly #interest: Interest
  readonly #requests: Requests
  readonly #links = new Set<Link>()
  readonly #states = new WeakMap<Link, LinkState>()
  readonly #retained = new Map<string, Uint8Array>()
  readonly #watches = new Map<Link, Set<() => void>>()
  #closed = false

  constructor({ onError, maxPendingRequests = 10_000 }: BusOptions, timers: TimerWheel) {
    this.#maxPendingRequests = maxPendingRequests
    this.#requests = new Requests(timers)
    const own = this.#linkToSelf()
    this.#interest = new Interest(own)
    this.#subscriptions = new Subscriptions({
      onError,
      onAdd: (number, subject) => {
        this.#interest.add({ link: own, number }, subject)
        this.#announce(frameOf(frameKinds.subscribe, number, 0, encoder.encode(subject)))
      },
      onRemove: (number) => {
        this.#interest.remove(own, number)
        this.#announce(frameOf(frameKinds.unsubscribe, number))
      },
    })
  }

  publish(subject: string, data: Uint8Array): void {
    checkSize(data)
    for (const { link, number } of this.#interest.all(subject)) {
      link.send(frameOf(frameKinds.publish, number, 0, data))
    }
  }

  retain(subject: string, data: Uint8Array): () => void {
    this.publish(subject, data)
    this.#retained.set(subject, data)
    return () => {
      if (this.#retained.get(subject) === data) this.#retained.delete(subject)
    }
  }

  subscribe(subject: string, onMessage: OnMessage): () => void {
    return this.#subscriptions.add(subject, onMessage)
  }

  request(subject: string, data: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    try {
      return this.#ask(subject, data, timeoutMs)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #ask(subject: string, data: Uint8Array, timeoutMs: number): Promise<Uint8Array> {
    checkSize(data)
    if (this.#closed) throw new ServerError('NO_SERVER', 'the bus is closed')
    const listener = this.#interest.pick(subject)
    if (listener === undefined) throw new ServerError('NO_SERVER', `nobody subscribes to ${subject}`)
    const { link, number } = listener
    if (link.full) throw new ServerError('BUSY', `too much waits to be sent to who subscribes to ${subject}`)
    if (link.waiting >= this.#maxPendingRequests) {
      throw new ServerError(
        'BUSY',
        `more requests wait there than maxPendingRequests ${this.#maxPendingRequests}`,
      )
    }
    const id = this.#requests.nextId()
    const reply = this.#requests.wait(id, link, { subject, timeoutMs })
    link.send(frameOf(frameKinds.request, number, id, data))
    return reply
  }

  watch(subject: string, onLost: () => void): Watch | undefined {
    const link = this.#interest.all(subject)[0]?.link
    if (link === undefined) return undefined
    // so that it can be told from others of the same function
    const lost = () => onLost()
    const watches = this.#watches.get(link) ?? new Set()
    this.#watches.set(link, watches.add(lost))
    return { cut: () => link.cut(), end: () => watches.delete(lost) }
  }

  /** Returns the number and the subject of all that is subscribed to here. */
  subjects(): [number, string][] {
    return this.#subscriptions.all()
  }

  /** Begins to tell a link's other side what is subscribed to here from now on. */
  join(link: Link): void {
    this.#links.add(link)
    this.#states.set(link, { linkedAt: performance.now(), isLost: false })
  }

  /**
   * Notes that a link's other side subscribes to `subject`.
   * @throws {ProtocolError} it gave this number before.
   */
  learn(link: Link, number: number, subject: string): void {
    this.#interest.add({ link, number }, subject)
    const data = this.#retained.get(subject)
    if (data !== undefined) link.send(frameOf(frameKinds.publish, number, 0, data))
  }

  /** Fails what waits for a link that is lost, forgets it, and tells who watches it. */
  leave(link: Link): void {
    this.#links.delete(link)
    const state = this.#states.get(link)
    if (state !== undefined) state.isLost = true
    this.#interest.removeLink(link)
    this.#requests.failLink(link)
    const watches = this.#watches.get(link) ?? []
    this.#watches.delete(link)
    for (const lost of watches) lost()
  }

  /**
   * Takes what a link's other side says.
   * @throws {ProtocolError} it is not what may be said on a link.
   */
  receive(link: Link, { kind, subject, request, body }: Frame): void {
    if (this.#closed) return
    switch (kind) {
      case frameKinds.publish:
        return this.#subscriptions.deliver(subject, {
          data: body,
          isAbandoned: false,
          linkedAt: 0,
          reply: ignore,
        })
      case frameKinds.request: {
        const heard = this.#subscriptions.deliverToOne(
          subject,
          new IncomingRequest(body, link, request, this.#states),
        )
        if (!heard) link.send(frameOf(frameKinds.unheard, 0, request))
        return
      }
      case frameKinds.reply:
        return this.#requests.resolve(request, link, body)
      case frameKinds.unheard:
        return this.#requests.failUnheard(request, link)
      case frameKinds.subscribe:
        return this.learn(link, subject, decoder.decode(body))
      case frameKinds.unsubscribe:
        return this.#interest.remove(link, subject)
      case frameKinds.hello:
      case frameKinds.duplicate:
        throw new ProtocolError('hello in the middle of a link')
    }
  }

  /** Delivers nothing more and asks nothing more. What waits fails with `NO_SERVER`. */
  close(): void {
    this.#closed = true
    this.#requests.failAll()
  }

  #linkToSelf(): Link {
    const turn = new Turn<Frame>((frames) => frames.forEach((frame) => this.receive(link, frame)))
    const link: Link = { full: false, waiting: 0, send: (frame) => turn.push(frame), cut: ignore }
    return link
  }

  #announce(frame: Frame): void {
    for (const link of this.#links) link.send(frame)
  }
}

/** What becomes of a link to another bus. */
interface LinkState {
  readonly linkedAt: number
  isLost: boolean
}

class IncomingRequest implements BusMessage {
  readonly data: Uint8Array
  readonly #link: Link
  readonly #id: number
  readonly #states: WeakMap<Link, LinkState>

  constructor(data: Uint8Array, link: Link, id: number, states: WeakMap<Link, LinkState>) {
    this.data = data
    this.#link = link
    this.#id = id
    this.#states = states
  }

  get isAbandoned(): boolean {
    return this.#states.get(this.#link)?.isLost ?? false
  }

  get linkedAt(): number {
    return this.#states.get(this.#link)?.linkedAt ?? Infinity
  }

  reply(data: Uint8Array): void {
    checkSize(data)
    // who asked takes the first reply and drops others
    this.#link.send(frameOf(frameKinds.reply, 0, this.#id, data))
  }
}

const encoder = new TextEncoder()
const decoder = new TextDecoder()

function ignore(): void {}

function checkSize(data: Uint8Array): void {
  if (data.length > maxBodyBytes) {
    throw new ServerError('TOO_LARGE', `message of ${data.length} bytes exceeds ${maxBodyBytes}`)
  }
}
