import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { ProtocolError } from '@shaddock/protocol'
import type { Timer, TimerWheel } from '../timer-wheel.ts'
import type { BusTraffic } from './bus.ts'
import type { Exchange } from './exchange.ts'
import { frameKinds, frameOf } from './frame.ts'
import type { Frame } from './frame.ts'
import { FramedSocket } from './framed-socket.ts'
import { decodeHello, encodeHello, linkVersion, versionError } from './hello.ts'
import type { Hello } from './hello.ts'
import type { SocketFolder } from './socket-folder.ts'

export interface SocketLinksOptions {
  readonly name: string
  readonly folder: SocketFolder
  readonly exchange: Exchange
  readonly timers: TimerWheel
  readonly maxQueuedBytes: number
  /** Where what the links carry is counted. */
  readonly traffic: BusTraffic
  /** Takes why a link was closed, with the name of its other side. */
  readonly onError: (error: unknown, peer: string) => void
}

/**
 * A bus's links to all others in a folder, one to each.
 *
 * Either of two may connect to the other, and both do when they start at the same moment. Of two connections the one
 * that was begun by the lesser name stays: who has begun one and is the lesser answers a hello with `duplicate`; who
 * is the greater drops its own. As each side sees its own attempt before the other's hello, both decide alike. Who
 * lost a link, or was told of a duplicate that never came, looks into the folder again, so that every pair that lives
 * ends with a link.
 */
export class SocketLinks {
  readonly #options: SocketLinksOptions
  readonly #sockets = new Set<FramedSocket>()
  readonly #links = new Map<string, FramedSocket>()
  /** Connections that this side began and the other has not answered. */
  readonly #dials = new Map<string, FramedSocket>()
  /** Those that `open` waits for. */
  readonly #awaited = new Map<string, () => void>()
  /** Those that do not speak as this bus does: trying again would not help. */
  readonly #strangers = new Set<string>()
  #nextLook: Timer | undefined
  #ended = false

  constructor(options: SocketLinksOptions) {
    this.#options = options
  }

  /** Resolves when all that are in the folder are linked, or turned out to be dead, or after `timeoutMs`. */
  async open(timeoutMs: number): Promise<void> {
    if (this.#ended) return
    const meetings = this.#unlinked().map((name) => {
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#awaited.set(name, resolve)
      this.#dial(name)
      return promise
    })
    const deadline = this.#options.timers.schedule(timeoutMs, () => this.#stopWaiting())
    await Promise.all(meetings)
    deadline.cancel()
  }

  /** Takes a connection that another began. */
  accept(socket: Socket): void {
    if (this.#ended) {
      socket.destroy()
      return
    }
    const link = this.#adopt(socket)
    link.onFrame = (frame) => this.#onHello(link, decodeHello(frame))
  }

  /** Sends what is queued and ends all links. Who has not taken it after `timeoutMs` does not get it. */
  async end(timeoutMs: number): Promise<void> {
    this.#ended = true
    this.#stopWaiting()
    this.#nextLook?.cancel()
    const sockets = [...this.#sockets]
    const deadline = this.#options.timers.schedule(timeoutMs, () =>
      sockets.forEach((socket) => socket.close()),
    )
    for (const socket of sockets) {
      if (this.#links.get(socket.peer ?? '') === socket) socket.end()
      else socket.close()
    }
    await Promise.all(sockets.map((socket) => socket.freed))
    deadline.cancel()
  }

  #unlinked(): string[] {
    const known = [this.#links, this.#dials, this.#strangers]
    return this.#options.folder
      .names()
      .filter((name) => name !== this.#options.name && !known.some((names) => names.has(name)))
  }

  #dial(name: string): void {
    const link = this.#adopt(connect(this.#options.folder.path(name)))
    link.peer = name
    link.onFrame = (frame) => this.#onAnswer(link, name, frame)
    this.#dials.set(name, link)
    this.#introduce(link)
  }

  #adopt(socket: Socket): FramedSocket {
    const { maxQueuedBytes, traffic } = this.#options
    const onClose = (cause: unknown) => this.#onClose(link, cause)
    const link = new FramedSocket(socket, { maxQueuedBytes, traffic, onClose })
    this.#sockets.add(link)
    void link.freed.then(() => this.#sockets.delete(link))
    return link
  }

  #introduce(link: FramedSocket): void {
    this.#options.exchange.join(link)
    link.send(encodeHello(this.#options.name, this.#options.exchange.subjects()))
  }

  #onHello(link: FramedSocket, hello: Hello): void {
    link.peer = hello.name
    if (hello.version !== linkVersion) return this.#turnAway(link, hello)
    const dial = this.#dials.get(hello.name)
    const mineStays = dial !== undefined && this.#options.name < hello.name
    if (mineStays || this.#links.has(hello.name)) {
      link.send(frameOf(frameKinds.duplicate))
      link.end()
      return
    }
    this.#dials.delete(hello.name)
    dial?.close()
    this.#introduce(link)
    this.#establish(link, hello)
  }

  /** Lets the other side see the version too, so that both know why. */
  #turnAway(link: FramedSocket, hello: Hello): void {
    this.#strangers.add(hello.name)
    this.#options.onError(versionError(hello), hello.name)
    this.#introduce(link)
    link.end()
  }

  #onAnswer(link: FramedSocket, name: string, frame: Frame): void {
    if (frame.kind === frameKinds.duplicate) {
      this.#dials.delete(name)
      link.close()
      this.#lookAgain()
      return
    }
    const hello = decodeHello(frame)
    if (hello.version !== linkVersion) throw versionError(hello)
    if (hello.name !== name) throw new ProtocolError(`the socket of ${name} is that of ${hello.name}`)
    this.#dials.delete(name)
    this.#establish(link, hello)
  }

  #establish(link: FramedSocket, hello: Hello): void {
    const { exchange } = this.#options
    for (const [number, subject] of hello.subjects) exchange.learn(link, number, subject)
    this.#links.set(hello.name, link)
    link.onFrame = (frame) => exchange.receive(link, frame)
    this.#stopWaitingFor(hello.name)
  }

  #onClose(link: FramedSocket, cause: unknown): void {
    this.#options.exchange.leave(link)
    if (cause !== undefined && !isOrdinary(cause)) this.#options.onError(cause, link.peer ?? 'unknown')
    if (link.peer === undefined) return
    if (this.#links.get(link.peer) === link) {
      this.#links.delete(link.peer)
      this.#lookAgain()
    }
    if (this.#dials.get(link.peer) === link) {
      this.#dials.delete(link.peer)
      this.#onDialFailed(link.peer, cause)
    }
  }

  #onDialFailed(name: string, cause: unknown): void {
    if (isDead(cause)) this.#options.folder.remove(name)
    else if (cause instanceof ProtocolError) this.#strangers.add(name)
    else this.#lookAgain()
    this.#stopWaitingFor(name)
  }

  #lookAgain(): void {
    if (this.#ended || this.#nextLook !== undefined) return
    this.#nextLook = this.#options.timers.schedule(lookAgainMs, () => {
      this.#nextLook = undefined
      for (const name of this.#unlinked()) this.#dial(name)
    })
  }

  #stopWaiting(): void {
    for (const name of this.#awaited.keys()) this.#stopWaitingFor(name)
  }

  #stopWaitingFor(name: string): void {
    this.#awaited.get(name)?.()
    this.#awaited.delete(name)
  }
}

const lookAgainMs = 500

/** Whether nobody listens on a socket that is there: its process was killed. */
function isDead(cause: unknown): boolean {
  return codeOf(cause) === 'ECONNREFUSED'
}

/** Whether a socket failed as sockets do when a process ends or is too busy to accept. */
function isOrdinary(cause: unknown): boolean {
  return ['ECONNREFUSED', 'ENOENT', 'ECONNRESET', 'EPIPE', 'EAGAIN'].includes(codeOf(cause) ?? '')
}

function codeOf(cause: unknown): string | undefined {
  return (cause as NodeJS.ErrnoException | undefined)?.code
}
