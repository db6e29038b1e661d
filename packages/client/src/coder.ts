import {
  type Codec,
  decodeMessage,
  encodeNotify,
  encodeRequest,
  MessageType,
  type RouteDictionary,
} from '@shaddock/protocol'

/** What came from the server: the answer to request `id`, or a push, which has a route and no id. */
export interface Received {
  readonly id?: number | undefined
  readonly route?: string | undefined
  readonly body: unknown
}

/**
 * Turns what is said into the bodies of data packets, and back. A Pomelo server may replace its own, and its
 * clients'.
 */
export interface Coder {
  /** An `id` of 0 makes a notify. */
  encode(id: number, route: string, message: unknown): Uint8Array
  /** Returns what untrusted bytes say, or nothing to drop them. */
  decode(bytes: Uint8Array): Received | undefined
}

/** Returns the coder of the protocol. An answer carries no route: `routeOf` knows that of the request. */
export function messageCoder(
  codec: Codec,
  dictionary: RouteDictionary | undefined,
  routeOf: (id: number) => string | undefined,
): Coder {
  return {
    encode(id, route, message) {
      const body = codec.encode(route, message)
      return id === 0 ? encodeNotify(route, body, dictionary) : encodeRequest(id, route, body, dictionary)
    },
    decode(bytes) {
      const { type, id, route, body } = decodeMessage(bytes, dictionary)
      if (type === MessageType.push) return route ? { route, body: codec.decode(route, body) } : undefined
      const asked = type === MessageType.response ? routeOf(id) : undefined
      return asked === undefined ? undefined : { id, body: codec.decode(asked, body) }
    },
  }
}
