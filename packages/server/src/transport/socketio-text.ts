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

/**
 * Returns the same of what was polled. Clients of the first generation encode that twice, and nothing tells them from those of the
 * second: what can be read once more is.
 */
export function readPolledRequest(text: unknown): Uint8Array | undefined {
  const once = decodeAgain(text)
  return (once === undefined ? undefined : readRequest(once)) ?? readRequest(text)
}

/** Returns what such clients are sent in place of an encoded packet; undefined for those that Socket.IO has no need of. */
export function writePacket(bytes: Uint8Array): string | undefined {
  // one that this server encoded
  const [{ type, body }] = decodePackets(bytes, maxPacketBodyBytes) as [Packet]
  if (type === PacketType.kick) return toAscii(JSON.stringify({ route: 'onKick', ...decodeKick(body) }))
  if (type !== PacketType.data) return undefined
  const message = decodeMessage(body)
  const head =
    message.type === MessageType.push ? `"route":${JSON.stringify(message.route)}` : `"id":${message.id}`
  // it is JSON already; what is ASCII survives the first generation's polling, which decodes it twice
  return toAscii(`{${head},"body":${decodeText(message.body)}}`)
}

function toAscii(json: string): string {
  return json.replace(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/** Returns the text whose UTF-8 the characters are; undefined if they are not that of any, or it makes no difference. */
function decodeAgain(text: unknown): string | undefined {
  if (typeof text !== 'string' || !/^(?=.*[\u0080-\u00ff])[\0-\u00ff]*$/s.test(text)) return undefined
  try {
    return utf8.decode(Buffer.from(text, 'latin1'))
  } catch (error) {
    if (error instanceof TypeError) return undefined
    throw error
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

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
