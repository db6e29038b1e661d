import {
  BodyTooLargeError,
  closeReasons,
  decodeHandshakeAnswer,
  encodeHandshakeRequest,
  packetHeadBytes,
  PacketType,
  ProtocolError,
} from '@shaddock/protocol'
import type { CloseReason } from '@shaddock/protocol'
import type { Socket } from 'socket.io'
import { readPolledRequest, readRequest, writePacket } from './socketio-text.ts'
import type { Connection, ConnectionHandler, Frame, Framing } from './transport.ts'
import type { TransportShared } from './wire-connection.ts'

/**
 * A connection of Socket.IO, which has no handshake, no heartbeats and no packets of Pomelo's: its handler is told those that a client
 * would have sent, and what the handler sends is told the client in texts.
 */
export class SocketIoConnection implements Connection {
  readonly remoteAddress: string
  readonly #socket: Socket
  readonly #shared: TransportShared
  #handler: ConnectionHandler | undefined
  /** What arrived before the handshake was answered. */
  #early: Uint8Array[] | undefined = []
  #queuedBytes = 0
  #closed = false

  constructor(socket: Socket, shared: TransportShared) {
    this.#socket = socket
    this.#shared = shared
    this.remoteAddress = socket.conn.remoteAddress
  }

  get framing(): Framing {
    return framing
  }

  get bufferedBytes(): number {
    return this.#queuedBytes
  }

  /** Names who handles its packets. In the same turn as the constructor, before anything can arrive. */
  handleWith(handler: ConnectionHandler): void {
    const { conn, handshake } = this.#socket
    this.#handler = handler
    this.#socket.on('message', (text: unknown) => this.#receive(text))
    this.#socket.on('disconnect', (reason) => this.#onDisconnect(reason))
    // without a listener it is printed; an end follows
    this.#socket.on('error', () => undefined)
    conn.on('heartbeat', () => this.#deliver(PacketType.heartbeat, noBytes))
    // what is flushed is on its way to the operating system, and the next waits until it is there
    conn.on('flush', () => (this.#queuedBytes = 0))
    const sys = { type: 'socket.io', version: String(conn.protocol) }
    this.#deliver(PacketType.handshake, encodeHandshakeRequest({ sys, user: handshake.auth }))
  }

  send(packet: Uint8Array): void {
    if (this.#closed) return
    if (packet[0] === PacketType.handshake) this.#onAnswer(packet.subarray(packetHeadBytes))
    else this.sendFrame(framing.frame(packet))
  }

  sendFrame(frame: Frame): void {
    const text = texts.get(frame)
    if (this.#closed || text === undefined) return
    if (this.#queuedBytes > this.#shared.limits.maxBacklogBytes) return this.close(closeReasons.slow)
    this.#queuedBytes += text.length
    this.#socket.send(text)
  }

  close(reason: CloseReason): void {
    if (this.#closed) return
    this.#finish(reason)
    const { conn } = this.#socket
    // `disconnect(true)` would wait half a minute for a client that polls no more
    const end = () => conn.close(true)
    const deadline = setTimeout(end, this.#shared.closeTimeoutMs).unref()
    conn.once('close', () => clearTimeout(deadline)).once('drain', end)
    this.#socket.disconnect()
  }

  #onDisconnect(reason: string): void {
    // a client may take leave of it and keep what carried it, which nobody would count any more
    if (!this.#closed) this.#socket.conn.close(true)
    this.#finish(reasons.get(reason) ?? closeReasons.lost)
  }

  #receive(text: unknown): void {
    const { protocol, transport } = this.#socket.conn
    const isPolled = protocol === 3 && transport.name === 'polling'
    const message = isPolled ? readPolledRequest(text) : readRequest(text)
    if (message === undefined) return
    if (message.length > this.#shared.limits.maxBodyBytes) return this.close(closeReasons.large)
    if (this.#early === undefined) return this.#deliver(PacketType.data, message)
    this.#early.push(message)
    if (this.#early.length > maxEarly) this.close(closeReasons.protocol)
  }

  /** The connector has answered the handshake: it takes the ack once it is out of this call. */
  #onAnswer(body: Uint8Array): void {
    if (decodeHandshakeAnswer(body).code !== 200) return
    queueMicrotask(() => {
      this.#deliver(PacketType.ack, noBytes)
      const early = this.#early ?? []
      this.#early = undefined
      for (const message of early) this.#deliver(PacketType.data, message)
    })
  }

  #deliver(type: PacketType, body: Uint8Array): void {
    if (this.#closed) return
    try {
      this.#handler?.onPacket(type, body)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.close(error instanceof BodyTooLargeError ? closeReasons.large : closeReasons.protocol)
    }
  }

  #finish(reason: CloseReason): void {
    if (this.#closed) return
    this.#closed = true
    queueMicrotask(() => this.#handler?.onClose(reason))
  }
}

const noBytes = new Uint8Array(0)

/** A client may send as many messages before it is greeted. */
const maxEarly = 64

const reasons = new Map<string, CloseReason>([
  ['client namespace disconnect', closeReasons.client],
  ['ping timeout', closeReasons.heartbeat],
])

/** The texts of frames: Socket.IO takes no bytes in their place. */
const texts = new WeakMap<Frame, string>()

const framing: Framing = {
  plain: true,
  frame(packet) {
    const frame = packet as Frame
    const text = writePacket(packet)
    if (text !== undefined) texts.set(frame, text)
    return frame
  },
}
