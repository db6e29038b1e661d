import { packetHeadBytes } from '@shaddock/protocol'
import type { SizeAt } from './cutter.ts'
import { LoadError } from './load-error.ts'

/** How payloads stand in a transport's stream. */
export interface Framing {
  /** The size of what the server sends. */
  readonly sizeAt: SizeAt
  /** Returns the bytes that carry `payload` to the server. */
  wrap(payload: Uint8Array, opcode?: number): Buffer
}

export const Opcode = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** On TCP a payload is a packet, which tells its own length. */
export const tcpFraming: Framing = {
  sizeAt(bytes, at, end) {
    if (end - at < packetHeadBytes) return 0
    return packetHeadBytes + bytes.readUIntBE(at + 1, 3)
  },
  wrap(payload) {
    return Buffer.from(payload)
  },
}

export const webSocketFraming: Framing = {
  sizeAt(bytes, at, end) {
    const headBytes = headBytesAt(bytes, at, end)
    return headBytes === 0 ? 0 : headBytes + payloadBytesAt(bytes, at)
  },
  wrap: wrapFrame,
}

/** Returns where the payload of the frame at `at`, which has arrived whole, begins. */
export function payloadAt(bytes: Buffer, at: number): number {
  return at + headBytesAt(bytes, at, bytes.length)
}

function headBytesAt(bytes: Buffer, at: number, end: number): number {
  if (end - at < 2) return 0
  const second = bytes[at + 1]!
  if (second & 0x80) throw new LoadError('the server sent a masked frame')
  const headBytes = second < 126 ? 2 : second === 126 ? 4 : 10
  return end - at < headBytes ? 0 : headBytes
}

function payloadBytesAt(bytes: Buffer, at: number): number {
  const length = bytes[at + 1]!
  if (length < 126) return length
  if (length === 126) return (bytes[at + 2]! << 8) | bytes[at + 3]!
  const long = Number(bytes.readBigUInt64BE(at + 2))
  if (long > maxPayloadBytes) throw new LoadError(`the server announced a frame of ${long} bytes`)
  return long
}

const maxPayloadBytes = 64 * 1024 * 1024

/** A client's frames are masked. Zeros are a legal mask, and leave the payload as it is (RFC 6455, 5.3). */
function wrapFrame(payload: Uint8Array, opcode: number = Opcode.binary): Buffer {
  const { length } = payload
  const lengthBytes = length < 126 ? 0 : length < 0x10000 ? 2 : 8
  const frame = Buffer.alloc(2 + lengthBytes + 4 + length)
  frame[0] = 0x80 | opcode
  frame[1] = 0x80 | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127)
  if (lengthBytes === 2) frame.writeUInt16BE(length, 2)
  if (lengthBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2)
  frame.set(payload, 2 + lengthBytes + 4)
  return frame
}
