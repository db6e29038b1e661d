import { duplexPair } from 'node:stream'
import type { Duplex } from 'node:stream'
import { closeReasons, maxPacketBodyBytes, PacketReader } from '@shaddock/protocol'
import type { CloseReason, PacketType } from '@shaddock/protocol'
import { createFlushTurn, Outbox } from './outbox.ts'
import type { FlushTurn } from './outbox.ts'
import { openTcp } from './tcp.ts'
import type { Accept, Transport, TransportLimits } from './transport.ts'

/** A transport whose clients live in the same process: TCP without a network. */
export interface MemoryTransport extends Transport {
  /** Connects a client. @throws {Error} The transport does not listen. */
  connect(): MemoryClient
  /** Breaks all connections, as the death of the server's process would. */
  crash(): void
}

/** The client's end of a connection. Packets arrive in order, and never inside a call of either side. */
export interface MemoryClient {
  onPacket: (type: PacketType, body: Uint8Array) => void
  /** Called once, last, whoever closed, with the reason that the server was told or gave. */
  onClose: (reason: CloseReason) => void
  /** Sends encoded packets, or any bytes. Does nothing once closed. */
  send(packet: Uint8Array): void
  /** Says goodbye, behind what was sent. */
  close(): void
  /** Vanishes without a goodbye. */
  destroy(): void
  /** Stops reading, as a slow client does. */
  pause(): void
  resume(): void
}

/** Returns a transport for tests, and for clients in the server's own process. */
export function createMemoryTransport({ limits }: { limits: TransportLimits }): MemoryTransport {
  const turn = createFlushTurn()
  const shared = { limits, turn, closeTimeoutMs: 2_000 }
  const clients = new Set<Client>()
  let accept: Accept | undefined
  return {
    crash() {
      for (const client of clients) client.destroy()
    },
    listen(acceptConnection) {
      accept = acceptConnection
      return Promise.resolve({ host: 'memory', port: 0 })
    },
    close() {
      accept = undefined
      return Promise.resolve()
    },
    connect() {
      if (!accept) throw new Error('the memory transport does not listen')
      const [serverEnd, clientEnd] = duplexPair({ allowHalfOpen: false })
      const client = new Client(clientEnd, turn)
      clients.add(client)
      const acceptConnection = accept
      openTcp(serverEnd, 'memory', shared, (connection) => {
        const handler = acceptConnection(connection)
        return {
          onPacket: (type, body) => handler.onPacket(type, body),
          onClose: (reason) => {
            client.reason = reason
            handler.onClose(reason)
          },
        }
      })
      // not every Node destroys the one with the other
      clientEnd.on('close', () => {
        clients.delete(client)
        serverEnd.destroy()
      })
      serverEnd.on('close', () => clientEnd.destroy())
      return client
    },
  }
}

class Client implements MemoryClient {
  onPacket: MemoryClient['onPacket'] = () => undefined
  onClose: MemoryClient['onClose'] = () => undefined
  /** What the server's handler was told. */
  reason: CloseReason = closeReasons.lost
  readonly #stream: Duplex
  readonly #outbox: Outbox
  readonly #reader = new PacketReader(maxPacketBodyBytes)
  #paused = false

  constructor(stream: Duplex, turn: FlushTurn) {
    this.#stream = stream
    this.#outbox = new Outbox(stream, turn, Infinity)
    // unlike 'data', never emitted inside the other side's write
    stream.on('readable', () => this.#read())
    stream.on('error', () => undefined)
    stream.on('close', () => {
      this.#outbox.destroy()
      // streams close in ticks, ahead of the microtask in which the server's handler is told why
      queueMicrotask(() => this.onClose(this.reason))
    })
  }

  send(packet: Uint8Array): void {
    this.#outbox.push(packet)
  }

  close(): void {
    this.#outbox.flush()
    this.#outbox.destroy()
    this.#stream.end()
  }

  destroy(): void {
    // with an error, because the other end takes a mere `destroy` for a goodbye
    this.#stream.destroy(new Error('destroyed'))
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    this.#paused = false
    queueMicrotask(() => this.#read())
  }

  #read(): void {
    while (!this.#paused) {
      const chunk = this.#stream.read() as Buffer | null
      if (!chunk) return
      this.#reader.read(chunk, (type, body) => this.onPacket(type, body))
    }
  }
}
