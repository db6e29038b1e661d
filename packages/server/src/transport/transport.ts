import type { CloseReason, PacketType } from '@shaddock/protocol'

/** Packets to and from clients, over one kind of connection or several. */
export interface Transport {
  /**
   * Resolves once clients can connect.
   * @throws {SetupError} the address cannot be listened on; the message names host and port.
   */
  listen(accept: Accept): Promise<{ readonly host: string; readonly port: number }>
  /** Stops accepting and frees the port. Open connections are the caller's to close. */
  close(): Promise<void>
}

/** Takes a new connection; returns what handles its packets. */
export type Accept = (connection: Connection) => ConnectionHandler

export interface ConnectionHandler {
  /** Whose connection it is, for a transport that is put around another. */
  readonly session?: { readonly id: number }
  /**
   * One packet, in order; none after `close`. `body` is the handler's to keep. A `ProtocolError` that it throws closes
   * the connection as one of the transport's own would; anything else that it throws nobody catches.
   */
  onPacket(type: PacketType, body: Uint8Array): void
  /**
   * Called once, last, whoever closed. After `close` it follows in the same turn, though never inside the call: the
   * goodbye to the client, which takes a while, is the transport's own business.
   */
  onClose(reason: CloseReason): void
}

/** A client's connection. What is sent in one turn of the event loop leaves in one write. */
export interface Connection {
  /** Frames packets for this kind of connection: connections of one kind share one object. */
  readonly framing: Framing
  readonly remoteAddress: string
  /** Bytes taken by `send` and `sendFrame` and not yet by the operating system. */
  readonly bufferedBytes: number
  /** Sends one encoded packet. Does nothing once closed. Past `maxBacklogBytes` the connection closes as `slow`. */
  send(packet: Uint8Array): void
  /** Sends a frame that this connection's own `framing` made. The same frame may go to many connections. */
  sendFrame(frame: Frame): void
  /**
   * Sends what is queued, then closes. A client that does not answer the goodbye is cut off soon after.
   * A second call does nothing.
   */
  close(reason: CloseReason): void
}

/** Turns a packet into the bytes that go on the wire for one kind of connection. */
export interface Framing {
  /** Whether its clients take routes and bodies in full alone. @default false */
  readonly plain?: boolean
  frame(packet: Uint8Array): Frame
}

declare const framed: unique symbol
/** Bytes framed once for one kind of connection, to be written to many. */
export type Frame = Uint8Array & { readonly [framed]: true }

/** What every transport bounds. */
export interface TransportLimits {
  /** The longest packet body that a client may send, in bytes. @default 65_536 */
  readonly maxBodyBytes: number
  /** The most that may wait for a client that reads slowly, in bytes, before it is closed. @default 1_048_576 */
  readonly maxBacklogBytes: number
}
