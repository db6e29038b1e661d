import { BodyTooLargeError, closeReasons, ProtocolError } from '@shaddock/protocol'
import type { CloseReason, PacketType } from '@shaddock/protocol'
import { Outbox } from './outbox.ts'
import type { FlushTurn, OutboxSink } from './outbox.ts'
import type { Connection, ConnectionHandler, Frame, Framing, TransportLimits } from './transport.ts'

/** What differs between kinds of connections: how bytes leave, and how it ends. */
export interface Wire extends OutboxSink {
  readonly framing: Framing
  readonly remoteAddress: string
  /** Hands the packets that `bytes` completes to `connection`. @throws {ProtocolError} the bytes are no packets. */
  read(bytes: Uint8Array, connection: WireConnection): void
  /** Says goodbye behind what was written. */
  end(reason: CloseReason): void
  /** Ends it now, whatever was written. */
  destroy(): void
}

/** What the connections of one transport share. */
export interface TransportShared {
  readonly limits: TransportLimits
  readonly turn: FlushTurn
  /** How long a peer may take to answer a goodbye, in milliseconds. */
  readonly closeTimeoutMs: number
}

/** The connection of any kind of wire. Whoever made it tells it what arrives and when the wire ends. */
export class WireConnection implements Connection {
  readonly #wire: Wire
  readonly #shared: TransportShared
  readonly #outbox: Outbox
  #handler: ConnectionHandler | undefined
  #closed = false
  #deadline: NodeJS.Timeout | undefined

  constructor(wire: Wire, shared: TransportShared) {
    this.#wire = wire
    this.#shared = shared
    this.#outbox = new Outbox(wire, shared.turn, shared.limits.maxBacklogBytes)
  }

  get framing(): Framing {
    return this.#wire.framing
  }

  get remoteAddress(): string {
    return this.#wire.remoteAddress
  }

  get bufferedBytes(): number {
    return this.#outbox.bufferedBytes
  }

  send(packet: Uint8Array): void {
    if (!this.#closed) this.sendFrame(this.framing.frame(packet))
  }

  sendFrame(frame: Frame): void {
    if (!this.#outbox.push(frame)) this.close(closeReasons.slow)
  }

  close(reason: CloseReason): void {
    if (this.#closed) return
    this.#outbox.flush()
    this.#wire.end(reason)
    this.#finish(reason)
    this.#deadline = setTimeout(() => this.#wire.destroy(), this.#shared.closeTimeoutMs).unref()
  }

  /** Names who handles its packets. In the same turn as the constructor, before anything can arrive. */
  handleWith(handler: ConnectionHandler): void {
    this.#handler = handler
  }

  /** Takes bytes that arrived. Such as the protocol does not allow close the connection. */
  receive(bytes: Uint8Array): void {
    if (this.#closed) return
    try {
      this.#wire.read(bytes, this)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.close(error instanceof BodyTooLargeError ? closeReasons.large : closeReasons.protocol)
    }
  }

  /** Hands a packet to the handler, unless one before it made it close. */
  deliver(type: PacketType, body: Uint8Array): void {
    if (!this.#closed) this.#handler?.onPacket(type, body)
  }

  /** The peer will send no more, and does not count on an answer. */
  peerEnded(reason: CloseReason): void {
    this.#outbox.destroy()
    this.close(reason)
  }

  /** The wire is gone. */
  gone(reason: CloseReason): void {
    clearTimeout(this.#deadline)
    this.#finish(reason)
  }

  /** Later in this turn, not inside a caller's `send`, which may be amid a loop over the connections of a group. */
  #finish(reason: CloseReason): void {
    if (this.#closed) return
    this.#closed = true
    this.#outbox.destroy()
    queueMicrotask(() => this.#handler?.onClose(reason))
  }
}
