import type { CloseReason, Packet } from '@shaddock/protocol'
import type { Connection, ConnectionHandler } from '../../src/transport/transport.ts'

/** Things that happen, to be awaited one by one. */
export class Queue<T> {
  readonly #items: T[] = []
  readonly #waiting: ((item: T) => void)[] = []

  push(item: T): void {
    const take = this.#waiting.shift()
    if (take) take(item)
    else this.#items.push(item)
  }

  /** Resolves with the next one, whether it happened already or not. */
  next(): Promise<T> {
    const item = this.#items.shift()
    return item === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(item)
  }
}

/** The server's end of a connection, and all that it was told. */
export interface Accepted {
  readonly connection: Connection
  readonly packets: Queue<Packet>
  /** Every reason that its handler was given: one at the most, if all is well. */
  readonly reasons: CloseReason[]
  /** Resolves with the first. */
  readonly closed: Promise<CloseReason>
  /** What else its handler does with a packet. */
  onPacket: () => void
}

/** Accepts connections and records what happens to them. */
export class Acceptor {
  readonly accepted = new Queue<Accepted>()
  acceptedCount = 0
  readonly #open = new Set<Connection>()

  readonly accept = (connection: Connection): ConnectionHandler => {
    const packets = new Queue<Packet>()
    const reasons: CloseReason[] = []
    const closed = Promise.withResolvers<CloseReason>()
    this.#open.add(connection)
    this.acceptedCount++
    const accepted: Accepted = {
      connection,
      packets,
      reasons,
      closed: closed.promise,
      onPacket: () => undefined,
    }
    this.accepted.push(accepted)
    return {
      onPacket: (type, body) => {
        packets.push({ type, body })
        accepted.onPacket()
      },
      onClose: (reason) => {
        this.#open.delete(connection)
        reasons.push(reason)
        closed.resolve(reason)
      },
    }
  }

  closeAll(reason: CloseReason): void {
    for (const connection of this.#open) connection.close(reason)
  }
}
