import { compileProtos, decodeJson, decodeMessage, encodeJson, encodePushPacket } from '@shaddock/protocol'
import type {
  HandshakeClient,
  HandshakeProtos,
  Message,
  ProtoCodec,
  RouteDictionary,
  TextForm,
} from '@shaddock/protocol'
import type { Frame, Framing } from '../transport/transport.ts'

/** How the messages of one kind of clients are written: they share one object. Beyond it, every body is JSON. */
export class MessageFormat {
  readonly #framing: Framing
  readonly #agreed: Agreed
  readonly #textForm: TextForm

  constructor(framing: Framing, agreed: Agreed, textForm: TextForm) {
    this.#framing = framing
    this.#agreed = agreed
    this.#textForm = textForm
  }

  /**
   * Returns an untrusted message, its body as it came.
   * @throws {ProtocolError} It is malformed.
   */
  decode(bytes: Uint8Array): Message {
    return decodeMessage(bytes, this.#agreed.dictionary)
  }

  /**
   * Returns the JSON of a body that came for `route`.
   * @throws {ProtocolError} It is not what `route` carries. What should be JSON is not looked at.
   */
  toJson(route: string, body: Uint8Array): Uint8Array {
    const codec = this.#agreed.received?.get(route)
    return codec === undefined ? body : encodeJson(codec.decode(body))
  }

  /** Returns the body of an answer to a request of `route`: never an empty one, and whatever of it can be said. */
  answer(route: string, json: Uint8Array): Uint8Array {
    const codec = this.#agreed.sent?.get(route)
    if (codec === undefined) return json
    const value = decodeJson(json)
    try {
      const body = codec.encode(value, this.#textForm)
      if (body.length > 0) return body
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
    }
    // an error that the definition does not foresee, most likely: its caller waits for some answer
    return codec.encodePartly(value, this.#textForm)
  }

  /**
   * Returns a push, framed for the connections of these clients.
   * @throws {TypeError} The message is not what the route carries.
   * @throws {RangeError} It is larger than a packet may be.
   */
  push(route: string, json: Uint8Array): Frame {
    const codec = this.#agreed.sent?.get(route)
    const body = codec === undefined ? json : codec.encode(decodeJson(json), this.#textForm)
    if (body.length === 0) throw new TypeError('none of the fields is there')
    return this.#framing.frame(encodePushPacket(route, body, this.#agreed.dictionary))
  }
}

/** What connections agree on in their handshakes. */
export interface Agreed {
  readonly dictionary: RouteDictionary | undefined
  /** The codecs of what clients send, by route. Without protobuf there is none to look a route up in, message by message. */
  readonly received: ReadonlyMap<string, ProtoCodec> | undefined
  /** The same of what they are sent. */
  readonly sent: ReadonlyMap<string, ProtoCodec> | undefined
}

/** The formats of one frontend. */
export class MessageFormats {
  readonly dictionary: RouteDictionary | undefined
  readonly protos: HandshakeProtos | undefined
  readonly #agreed: Agreed
  readonly #byFraming = new Map<Framing, ReadonlyMap<TextForm, MessageFormat>>()

  constructor({ dictionary, protos }: Partial<Pick<MessageFormats, 'dictionary' | 'protos'>>) {
    this.dictionary = dictionary
    this.protos = protos
    this.#agreed = {
      dictionary,
      received: protos && compileProtos(protos.client),
      sent: protos && compileProtos(protos.server),
    }
  }

  /** Returns the format of a client that shakes hands. */
  of(framing: Framing, client: HandshakeClient): MessageFormat {
    const formats = this.#byFraming.get(framing) ?? this.#add(framing)
    // Pomelo's browser clients misread the text of others; JSON escapes it, protobuf cannot
    return formats.get(client.type === 'js-websocket' ? 'cesu8' : 'utf8')!
  }

  #add(framing: Framing): ReadonlyMap<TextForm, MessageFormat> {
    const agreed = framing.plain === true ? nothing : this.#agreed
    const utf8 = new MessageFormat(framing, agreed, 'utf8')
    const cesu8 = agreed.sent === undefined ? utf8 : new MessageFormat(framing, agreed, 'cesu8')
    const formats = new Map<TextForm, MessageFormat>([
      ['utf8', utf8],
      ['cesu8', cesu8],
    ])
    this.#byFraming.set(framing, formats)
    return formats
  }
}

const nothing: Agreed = { dictionary: undefined, received: undefined, sent: undefined }
