import {
  decodeKick,
  decodeMessage,
  decodePackets,
  decodeText,
  encodeRequest,
  encodeText,
  maxPacketBodyBytes,
  MessageType,
  PacketType,
} from '@shaddock/protocol'
import type { Packet } from '@shaddock/protocol'

/**
 * Returns the request in what Pomelo's Socket.IO clients send: four characters of id, one of the route's length, the route, JSON.
 * Returns undefined where it is none.
 */
export function readRequest(text: unknown): Uint8Array | undefined {
  if (typeof text !== 'string' || text.length <= headLength) return undefined
  const [a, b, c, d, routeLength] = Array.from(
    { length: headLength },
    (_, at) => text.charCodeAt(at) & 0xff,
  ) as Head
  const id = a * 2 ** 24 + ((b << 16) | (c << 8) | d)
  const routeEnd = headLength + routeLength
  const body = text.slice(routeEnd)
  if (!isJson(body)) return undefined
  try {
    return encodeRequest(id, text.slice(headLength, routeEnd), encodeText(body))
  } catch (error) {
    // an id past what ids may be, or a route of more bytes than units
    if (error instanceof RangeError) return undefined
    throw error
  }
}

/** Returns what such clients are sent in place of an encoded packet; undefined for those that Socket.IO has no need of. */
export function writePacket(bytes: Uint8Array): string | undefined {
  // one that this server encoded
  const [{ type, body }] = decodePackets(bytes, maxPacketBodyBytes) as [Packet]
  if (type === PacketType.kick) return JSON.stringify({ route: 'onKick', ...decodeKick(body) })
  if (type !== PacketType.data) return undefined
  const message = decodeMessage(body)
  const head =
    message.type === MessageType.push ? `"route":${JSON.stringify(message.route)}` : `"id":${message.id}`
  // it is JSON already
  return `{${head},"body":${decodeText(message.body)}}`
}

const headLength = 5
type Head = [number, number, number, number, number]

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
