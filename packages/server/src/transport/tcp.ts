import type { Duplex } from 'node:stream'
import { closeReasons, PacketReader } from '@shaddock/protocol'
import type { Connection, ConnectionHandler, Frame, Framing } from './transport.ts'
import { WireConnection } from './wire-connection.ts'
import type { TransportShared, Wire } from './wire-connection.ts'

/**
 * Serves packets over a byte stream, one behind the other with nothing between. A stream that ends was closed by the
 * client; one that breaks is lost. 'error' events are for whoever made the stream to listen to.
 */
export function openTcp(
  stream: Duplex,
  remoteAddress: string,
  shared: TransportShared,
  open: (connection: Connection) => ConnectionHandler,
): void {
  const wire = new TcpWire(stream, remoteAddress, shared.limits.maxBodyBytes)
  const connection = new WireConnection(wire, shared)
  stream.on('data', (chunk: Buffer) => connection.receive(chunk))
  stream.on('end', () => connection.peerEnded(closeReasons.client))
  stream.on('close', () => connection.gone(closeReasons.lost))
  connection.handleWith(open(connection))
}

const framing: Framing = {
  // the brand says where a frame may go; for a stream the packet's own bytes do
  frame: (packet) => packet as Frame,
}

class TcpWire implements Wire {
  readonly remoteAddress: string
  readonly #stream: Duplex
  readonly #reader: PacketReader

  constructor(stream: Duplex, remoteAddress: string, maxBodyBytes: number) {
    this.#stream = stream
    this.remoteAddress = remoteAddress
    this.#reader = new PacketReader(maxBodyBytes)
  }

  get framing(): Framing {
    return framing
  }

  get writableLength(): number {
    return this.#stream.writableLength
  }

  write(bytes: Uint8Array): void {
    this.#stream.write(bytes)
  }

  read(bytes: Uint8Array, connection: WireConnection): void {
    this.#reader.read(bytes, (type, body) => connection.deliver(type, body))
  }

  end(): void {
    this.#stream.end()
  }

  destroy(): void {
    this.#stream.destroy()
  }
}
