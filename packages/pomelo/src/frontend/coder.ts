import {
  decodeJson,
  decodeMessage,
  decodePackets,
  encodeJson,
  encodeNotify,
  encodePacket,
  encodeRequest,
  maxPacketBodyBytes,
  MessageType,
  PacketType,
} from '@shaddock/protocol'
import type { Packet } from '@shaddock/protocol'
import type { App } from '../app.ts'
import type { AnyFunction } from '../callback.ts'
import { getLogger } from '../log.ts'

/** What of `connectorConfig` writes messages otherwise. */
interface CoderOptions {
  /** `(reqId, route, msg)`: the bytes of a message, or what JSON makes them of. `reqId` is 0 for a push. */
  readonly encode?: unknown
  /** `(packet, session)`: `{ id, route, body }`, or nothing for a message that is to be dropped. */
  readonly decode?: unknown
}

const logger = getLogger('pomelo', 'connector')

/** The way of messages between the form of the protocol, in full and in JSON, and that of an application. */
export class Coder {
  readonly #app: App
  readonly #encode: AnyFunction
  readonly #decode: AnyFunction

  /** Returns that of an application; undefined if it leaves messages as they are. */
  static of(app: App): Coder | undefined {
    const { encode, decode } = (app.get('connectorConfig') ?? {}) as CoderOptions
    if (typeof encode !== 'function' || typeof decode !== 'function') return undefined
    return new Coder(app, encode as AnyFunction, decode as AnyFunction)
  }

  private constructor(app: App, encode: AnyFunction, decode: AnyFunction) {
    this.#app = app
    this.#encode = encode
    this.#decode = decode
  }

  /** Returns a client's message, and notes where an answer to it belongs. Undefined if it is to be dropped. */
  decode(body: Uint8Array, sessionId: number | undefined, routes: Routes): Uint8Array | undefined {
    try {
      const message = this.#read(body, sessionId)
      if (!message) return undefined
      const { id, route } = message
      // what is left out is an empty object, as everywhere
      const json = encodeJson(message.body ?? {})
      if (!id) return encodeNotify(String(route), json)
      routes.note(id, String(route))
      return encodeRequest(id, String(route), json)
    } catch (error) {
      // an application's decoder meets whatever strangers send
      logger.debug('connectorConfig.decode failed: %s', error)
      return undefined
    }
  }

  /** Returns a packet as the application writes it. @throws {TypeError} it is a message, and nothing is made of it. */
  encode(packet: Uint8Array, routes?: Routes): Uint8Array {
    // one that this server encoded
    const [{ type, body }] = decodePackets(packet, maxPacketBodyBytes) as [Packet]
    if (type !== PacketType.data) return packet
    const message = decodeMessage(body)
    const route = message.type === MessageType.push ? message.route : routes?.take(message.id)
    const encoded = this.#call(this.#encode, message.id, route, decodeJson(message.body))
    if (encoded === undefined || encoded === null)
      throw new TypeError(`connectorConfig.encode has made nothing of a message of ${route}`)
    return encodePacket(PacketType.data, encoded instanceof Uint8Array ? encoded : encodeJson(encoded))
  }

  #read(body: Uint8Array, sessionId: number | undefined): Decoded | undefined {
    const sessions = this.#app.get('sessionService') as { get(id: number): unknown } | undefined
    const session = sessionId === undefined ? undefined : sessions?.get(sessionId)
    const bytes = Buffer.from(body.buffer, body.byteOffset, body.length)
    return this.#call(this.#decode, { type: PacketType.data, body: bytes }, session) as Decoded | undefined
  }

  #call(run: AnyFunction, ...args: unknown[]): unknown {
    return run.call(this.#app.components['__connector__'], ...args)
  }
}

interface Decoded {
  readonly id?: number
  readonly route?: unknown
  readonly body?: unknown
}

/** The routes of one client's requests, which their answers are encoded with. */
export class Routes {
  readonly #byId = new Map<number, string>()

  note(id: number, route: string): void {
    this.#byId.set(id, route)
    // what was dropped on its way is never answered
    if (this.#byId.size > maxNoted) this.#byId.delete(this.#byId.keys().next().value!)
  }

  take(id: number): string | undefined {
    const route = this.#byId.get(id)
    this.#byId.delete(id)
    return route
  }
}

const maxNoted = 10_000
