import { allocate } from './bytes.ts'
import { ProtocolError } from './errors.ts'

/** The types of packets. Both sides send `handshake`, `heartbeat` and `data`; `ack` the client, `kick` the server. */
export const PacketType = { handshake: 1, ack: 2, heartbeat: 3, data: 4, kick: 5 } as const
export type PacketType = (typeof PacketType)[keyof typeof PacketType]

/** The outer frame: one byte of type, three of length, the body. */
export interface Packet {
  readonly type: PacketType
  /** Empty for `ack` and `heartbeat`, a message for `data`, JSON for the others. */
  readonly body: Uint8Array
}

export const packetHeadBytes = 4

/** The longest body that the three bytes of length can announce. */
export const maxPacketBodyBytes = 0xffffff

/** A packet whose body is longer than the receiver allows. */
export class BodyTooLargeError extends ProtocolError {
  override readonly name: string = 'BodyTooLargeError'
}

/** @throws {RangeError} `body` is longer than `maxPacketBodyBytes`. */
export function encodePacket(type: PacketType, body?: Uint8Array): Uint8Array {
  const bodyBytes = body?.length ?? 0
  const packet = allocate(packetHeadBytes + bodyBytes)
  writePacketHead(packet, type, bodyBytes)
  if (body) packet.set(body, packetHeadBytes)
  return packet
}

/** Writes the head of a packet at the start of `target`. */
export function writePacketHead(target: Uint8Array, type: PacketType, bodyBytes: number): void {
  if (bodyBytes > maxPacketBodyBytes) {
    throw new RangeError(
      `body of ${bodyBytes} bytes exceeds the ${maxPacketBodyBytes} that a packet can carry`,
    )
  }
  target[0] = type
  target[1] = bodyBytes >> 16
  target[2] = bodyBytes >> 8
  target[3] = bodyBytes
}

/**
 * Returns the packets of one WebSocket frame, which holds one or more, all whole. Bodies are views of `frame`.
 * @throws {BodyTooLargeError} A body is longer than `maxBodyBytes`.
 * @throws {ProtocolError} No packet, a truncated one, or a type that is none of ours.
 */
export function decodePackets(frame: Uint8Array, maxBodyBytes: number): Packet[] {
  if (frame.length === 0) throw new ProtocolError('frame without a packet')
  const packets: Packet[] = []
  for (let at = 0; at < frame.length;) {
    const bodyAt = at + packetHeadBytes
    if (bodyAt > frame.length) throw new ProtocolError('frame ends within the head of a packet')
    const { type, bodyBytes } = readPacketHead(frame, at, maxBodyBytes)
    const end = bodyAt + bodyBytes
    if (end > frame.length) throw new ProtocolError('frame ends within the body of a packet')
    packets.push({ type, body: frame.subarray(bodyAt, end) })
    at = end
  }
  return packets
}

/** Reads the head that lies whole at `at`. */
export function readPacketHead(
  bytes: Uint8Array,
  at: number,
  maxBodyBytes: number,
): { type: PacketType; bodyBytes: number } {
  const type = bytes[at]!
  if (!isPacketType(type)) throw new ProtocolError(`unknown packet type ${type}`)
  const bodyBytes = (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!
  if (bodyBytes > maxBodyBytes) {
    throw new BodyTooLargeError(`body of ${bodyBytes} bytes exceeds maxBodyBytes ${maxBodyBytes}`)
  }
  return { type, bodyBytes }
}

function isPacketType(type: number): type is PacketType {
  return type >= PacketType.handshake && type <= PacketType.kick
}
