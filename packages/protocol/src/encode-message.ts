import { allocate } from './bytes.ts'
import type { RouteDictionary } from './dictionary.ts'
import { codeFlag, maxId, MessageType } from './message.ts'
import { packetHeadBytes, PacketType, writePacketHead } from './packet.ts'

// Each message comes alone and inside its data packet, which takes the same single allocation.
// A route that `dictionary` knows is sent as its code.

/** @throws {RangeError} `id` is no integer from 0 to 2^31 - 1, or `route` has over 255 bytes. */
export function encodeRequest(
  id: number,
  route: string,
  body: Uint8Array,
  dictionary?: RouteDictionary,
): Uint8Array {
  return encode({ type: MessageType.request, idBytes: encodeId(id), route, body, dictionary }, 0)
}

/** Returns `encodeRequest` in a packet. */
export function encodeRequestPacket(
  id: number,
  route: string,
  body: Uint8Array,
  dictionary?: RouteDictionary,
): Uint8Array {
  return encode(
    { type: MessageType.request, idBytes: encodeId(id), route, body, dictionary },
    packetHeadBytes,
  )
}

/** @throws {RangeError} `route` has over 255 bytes. */
export function encodeNotify(route: string, body: Uint8Array, dictionary?: RouteDictionary): Uint8Array {
  return encode({ type: MessageType.notify, idBytes: noBytes, route, body, dictionary }, 0)
}

/** Returns `encodeNotify` in a packet. */
export function encodeNotifyPacket(
  route: string,
  body: Uint8Array,
  dictionary?: RouteDictionary,
): Uint8Array {
  return encode({ type: MessageType.notify, idBytes: noBytes, route, body, dictionary }, packetHeadBytes)
}

/** Takes the `idBytes` of the request. */
export function encodeResponse(idBytes: Uint8Array, body: Uint8Array): Uint8Array {
  return encode({ type: MessageType.response, idBytes, route: undefined, body, dictionary: undefined }, 0)
}

/** Returns `encodeResponse` in a packet. */
export function encodeResponsePacket(idBytes: Uint8Array, body: Uint8Array): Uint8Array {
  return encode(
    { type: MessageType.response, idBytes, route: undefined, body, dictionary: undefined },
    packetHeadBytes,
  )
}

/** @throws {RangeError} `route` has over 255 bytes. */
export function encodePush(route: string, body: Uint8Array, dictionary?: RouteDictionary): Uint8Array {
  return encode({ type: MessageType.push, idBytes: noBytes, route, body, dictionary }, 0)
}

/** Returns `encodePush` in a packet. */
export function encodePushPacket(route: string, body: Uint8Array, dictionary?: RouteDictionary): Uint8Array {
  return encode({ type: MessageType.push, idBytes: noBytes, route, body, dictionary }, packetHeadBytes)
}

/**
 * Returns the shortest form of `id`: groups of seven bits, the lowest first, with the high bit on all but the last.
 * @throws {RangeError} `id` is no integer from 0 to 2^31 - 1.
 */
export function encodeId(id: number): Uint8Array {
  if (!Number.isInteger(id) || id < 0 || id > maxId) {
    throw new RangeError(`id ${id} is no integer from 0 to ${maxId}`)
  }
  const groups: number[] = []
  let rest = id
  for (; rest >= 0x80; rest >>= 7) groups.push((rest & 0x7f) | 0x80)
  return Uint8Array.of(...groups, rest)
}

const noBytes = new Uint8Array(0)
const maxRouteBytes = 255
const routeEncoder = new TextEncoder()
const routeScratch = new Uint8Array(maxRouteBytes)

interface Parts {
  readonly type: MessageType
  readonly idBytes: Uint8Array
  readonly route: string | undefined
  readonly body: Uint8Array
  readonly dictionary: RouteDictionary | undefined
}

/** Writes a message after `headBytes` bytes, which are none or the head of its packet. */
function encode(parts: Parts, headBytes: 0 | typeof packetHeadBytes): Uint8Array {
  const { type, idBytes, route, body, dictionary } = parts
  const code = route === undefined ? undefined : dictionary?.codeOf(route)
  const text = route === undefined || code !== undefined ? undefined : encodeRoute(route)
  const routeBytes = text ? 1 + text.length : code === undefined ? 0 : 2
  const bytes = allocate(headBytes + 1 + idBytes.length + routeBytes + body.length)
  if (headBytes > 0) writePacketHead(bytes, PacketType.data, bytes.length - headBytes)
  let at = headBytes as number
  bytes[at++] = (type << 1) | (code === undefined ? 0 : codeFlag)
  bytes.set(idBytes, at)
  at += idBytes.length
  if (text) {
    bytes[at] = text.length
    bytes.set(text, at + 1)
  } else if (code !== undefined) {
    bytes[at] = code >> 8
    bytes[at + 1] = code
  }
  bytes.set(body, at + routeBytes)
  return bytes
}

/** Returns a view that is good until the next call: an array of its own would cost more than the rest of a push. */
function encodeRoute(route: string): Uint8Array {
  const { read, written } = routeEncoder.encodeInto(route, routeScratch)
  if (read < route.length) {
    throw new RangeError(`route of over ${maxRouteBytes} bytes: ${route.slice(0, 40)}…`)
  }
  return routeScratch.subarray(0, written)
}
