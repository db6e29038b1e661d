import type { RouteDictionary } from './dictionary.ts'
import { ProtocolError } from './errors.ts'
import { decodeText } from './text.ts'

/** The types of messages. A client sends the first two, a server the others. */
export const MessageType = { request: 0, notify: 1, response: 2, push: 3 } as const
export type MessageType = (typeof MessageType)[keyof typeof MessageType]

/** The inner frame, which is the body of a data packet. */
export interface Message {
  readonly type: MessageType
  /** Of a request or a response, else 0. A request with id 0 wants no answer. */
  readonly id: number
  /**
   * The bytes of the id as they came, or none. A response must repeat them: old clients write the groups of an id in
   * the opposite order, so what they recognise is the bytes, not the number.
   */
  readonly idBytes: Uint8Array
  /** Undefined for a response, and for a code that the dictionary does not hold. */
  readonly route: string | undefined
  /** A view of the bytes that were decoded. */
  readonly body: Uint8Array
}

/** In the flag byte: the route is a code of the dictionary. Bits 1 to 3 are the type, the others are ignored. */
export const codeFlag = 1
export const maxId = 0x7fffffff

/**
 * Returns an untrusted message. With a dictionary, a route may come as a code or in full.
 * @throws {ProtocolError} Truncated, of an unknown type, or with an id of over five bytes or over 2^31 - 1.
 */
export function decodeMessage(bytes: Uint8Array, dictionary?: RouteDictionary): Message {
  const flag = byteAt(bytes, 0)
  const type = (flag >> 1) & 0b111
  if (!isMessageType(type)) throw new ProtocolError(`unknown message type ${type}`)
  const idEnd = hasId(type) ? endOfId(bytes, 1) : 1
  // a copy, since it is kept until the answer while the rest of a received chunk need not be
  const idBytes = idEnd > 1 ? new Uint8Array(bytes.subarray(1, idEnd)) : noBytes
  const id = idOf(idBytes)
  if (!hasRoute(type)) return { type, id, idBytes, route: undefined, body: bytes.subarray(idEnd) }
  if (flag & codeFlag) {
    const code = (byteAt(bytes, idEnd) << 8) | byteAt(bytes, idEnd + 1)
    return { type, id, idBytes, route: dictionary?.routeOf(code), body: bytes.subarray(idEnd + 2) }
  }
  const routeStart = idEnd + 1
  const routeEnd = routeStart + byteAt(bytes, idEnd)
  if (routeEnd > bytes.length) throw new ProtocolError('message ends within its route')
  const route = decodeText(bytes.subarray(routeStart, routeEnd))
  return { type, id, idBytes, route, body: bytes.subarray(routeEnd) }
}

/** Whether the flag of an untrusted message has a type that is none of ours. Pomelo passes over such a message. */
export function isUnknownMessage(bytes: Uint8Array): boolean {
  return !isMessageType(((bytes[0] ?? 0) >> 1) & 0b111)
}

const noBytes = new Uint8Array(0)
const maxIdBytes = 5

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]
  if (byte === undefined) throw new ProtocolError('message ends within its head')
  return byte
}

function isMessageType(type: number): type is MessageType {
  return type <= MessageType.push
}

function hasId(type: MessageType): boolean {
  return type === MessageType.request || type === MessageType.response
}

function hasRoute(type: MessageType): boolean {
  return type !== MessageType.response
}

function endOfId(bytes: Uint8Array, start: number): number {
  for (let at = start; at < start + maxIdBytes; at++) {
    if (byteAt(bytes, at) < 0x80) return at + 1
  }
  throw new ProtocolError(`id of over ${maxIdBytes} bytes`)
}

/** Reads groups of seven bits, the lowest first. Overlong forms are legal. */
function idOf(idBytes: Uint8Array): number {
  // multiplied, not shifted: five groups pass the 32 bits of a shift
  const id = idBytes.reduceRight((high, group) => high * 0x80 + (group & 0x7f), 0)
  if (id > maxId) throw new ProtocolError(`id ${id} exceeds ${maxId}`)
  return id
}
