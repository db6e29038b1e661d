import { packetHeadBytes, type PacketType, readPacketHead } from './packet.ts'

/** Cuts a byte stream, which arrives in chunks of any size, into packets. */
export class PacketReader {
  readonly #maxBodyBytes: number
  readonly #head = new Uint8Array(packetHeadBytes)
  #headFilled = 0
  /** The body so far. Its room follows the bytes that arrived, never the length that a peer announced. */
  #body = new Uint8Array(0)
  #bodyFilled = 0
  #stopped = false

  constructor(maxBodyBytes: number) {
    this.#maxBodyBytes = maxBodyBytes
  }

  /**
   * Calls `onPacket` for each packet that `chunk` completes. A body that lies whole in `chunk` is a view of it.
   * After it threw, its own error or that of `onPacket`, the reader is stopped.
   * @throws {BodyTooLargeError} A head announces a body longer than `maxBodyBytes`.
   * @throws {ProtocolError} A head has a type that is none of ours.
   */
  read(chunk: Uint8Array, onPacket: (type: PacketType, body: Uint8Array) => void): void {
    try {
      for (let at = 0; at < chunk.length && !this.#stopped;) at = this.#advance(chunk, at, onPacket)
    } catch (error) {
      // the rest of the chunk is lost, and with it the place where the next packet starts
      this.stop()
      throw error
    }
  }

  /** Delivers no further packet, not even of the chunk that is being read. `onPacket` may call it. */
  stop(): void {
    this.#stopped = true
    this.#body = new Uint8Array(0)
  }

  /** Reads on from `at` to the end of the packet or of the chunk, and returns where that is. */
  #advance(chunk: Uint8Array, at: number, onPacket: (type: PacketType, body: Uint8Array) => void): number {
    while (this.#headFilled < packetHeadBytes) {
      if (at === chunk.length) return at
      this.#head[this.#headFilled++] = chunk[at++]!
    }
    const { type, bodyBytes } = readPacketHead(this.#head, 0, this.#maxBodyBytes)
    const end = at + bodyBytes - this.#bodyFilled
    if (end > chunk.length) {
      this.#keep(chunk.subarray(at), bodyBytes)
      return chunk.length
    }
    const body = this.#complete(chunk.subarray(at, end), bodyBytes)
    this.#headFilled = 0
    onPacket(type, body)
    return end
  }

  #complete(last: Uint8Array, bodyBytes: number): Uint8Array {
    if (this.#bodyFilled === 0) return last
    this.#keep(last, bodyBytes)
    const body = this.#body
    this.#body = new Uint8Array(0)
    this.#bodyFilled = 0
    return body
  }

  #keep(part: Uint8Array, bodyBytes: number): void {
    const filled = this.#bodyFilled + part.length
    if (filled > this.#body.length) {
      // doubling keeps the copying linear; never over `bodyBytes`, so a complete body fills its room
      const grown = new Uint8Array(Math.min(bodyBytes, 2 * filled))
      grown.set(this.#body.subarray(0, this.#bodyFilled))
      this.#body = grown
    }
    this.#body.set(part, this.#bodyFilled)
    this.#bodyFilled = filled
  }
}
