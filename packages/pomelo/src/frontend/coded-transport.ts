import { PacketType } from '@shaddock/protocol'
import type { CloseReason } from '@shaddock/protocol'
import type { Connection, ConnectionHandler, Frame, Framing, Transport } from 'shaddock/embed'
import { getLogger } from '../log.ts'
import { Routes } from './coder.ts'
import type { Coder } from './coder.ts'

const logger = getLogger('pomelo', 'connector')

/** Returns a transport whose clients write their messages as an application's coder does. */
export function createCodedTransport(transport: Transport, coder: Coder): Transport {
  const framings = new WeakMap<Framing, Framing>()
  const codedOf = (framing: Framing): Framing => {
    const known = framings.get(framing) ?? {
      plain: true,
      frame: (packet) => framing.frame(coder.encode(packet)),
    }
    framings.set(framing, known)
    return known
  }
  return {
    listen: (accept) =>
      transport.listen((connection) => {
        const coded = new CodedConnection(connection, codedOf(connection.framing), coder)
        return coded.around(accept(coded))
      }),
    close: () => transport.close(),
  }
}

class CodedConnection implements Connection {
  readonly framing: Framing
  readonly #inner: Connection
  readonly #coder: Coder
  readonly #routes = new Routes()

  constructor(inner: Connection, framing: Framing, coder: Coder) {
    this.#inner = inner
    this.framing = framing
    this.#coder = coder
  }

  get remoteAddress(): string {
    return this.#inner.remoteAddress
  }

  get bufferedBytes(): number {
    return this.#inner.bufferedBytes
  }

  send(packet: Uint8Array): void {
    try {
      this.#inner.send(this.#coder.encode(packet, this.#routes))
    } catch (error) {
      logger.error('an answer was not sent: %s', error)
    }
  }

  sendFrame(frame: Frame): void {
    this.#inner.sendFrame(frame)
  }

  close(reason: CloseReason): void {
    this.#inner.close(reason)
  }

  /** Returns what hands the packets of this connection to a handler. */
  around(handler: ConnectionHandler): ConnectionHandler {
    return {
      onPacket: (type, body) => {
        if (type !== PacketType.data) return handler.onPacket(type, body)
        const message = this.#coder.decode(body, handler.session?.id, this.#routes)
        if (message !== undefined) handler.onPacket(type, message)
      },
      onClose: (reason) => handler.onClose(reason),
    }
  }
}
