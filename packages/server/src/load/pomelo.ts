import {
  decodeHandshakeAnswer,
  decodeKick,
  dictionaryOf,
  encodeHandshakeRequest,
  encodeNotifyPacket,
  encodePacket,
  encodeRequestPacket,
  MessageType,
  packetHeadBytes,
  PacketType,
} from '@shaddock/protocol'
import type { RouteDictionary } from '@shaddock/protocol'
import { LoadError } from './load-error.ts'
import type { Conversation, Hearer, Outgoing, Payload, Protocol } from './protocol.ts'

/** The protocol of Pomelo and its successors, with JSON bodies and, where the server has one, its dictionary. */
export function createPomeloProtocol(): Protocol {
  const readGreeting = cacheGreeting()
  return { ids, converse: (hearer) => new PomeloConversation(hearer, readGreeting) }
}

/** Ids of two bytes: the shortest form of each, so that no server takes offence. */
const ids = { first: 0x80, last: 0x3fff }

/** What a server said in its handshake. */
interface Greeting {
  readonly heartbeatMs: number
  readonly dictionary: RouteDictionary | undefined
}

const ackPacket = encodePacket(PacketType.ack)
const handshakePacket = encodePacket(
  PacketType.handshake,
  encodeHandshakeRequest({ sys: { type: 'shaddock-bench', version: '1' } }),
)
const heartbeatPacket = encodePacket(PacketType.heartbeat)

class PomeloConversation implements Conversation {
  readonly #hearer: Hearer
  readonly #readGreeting: ReadGreeting
  #greeting: Greeting | undefined
  #watched = noBytes
  #watchedCode = noCode

  constructor(hearer: Hearer, readGreeting: ReadGreeting) {
    this.#hearer = hearer
    this.#readGreeting = readGreeting
    hearer.say(handshakePacket)
  }

  receive(bytes: Buffer, start: number, end: number): void {
    for (let at = start; at < end;) {
      const bodyAt = at + packetHeadBytes
      const next = bodyAt + ((bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!)
      if (bodyAt > end || next > end) throw new LoadError('the server sent a packet that is cut off')
      if (bytes[at] === PacketType.data) this.#onMessage(bytes, bodyAt, next)
      else this.#onPacket(bytes[at]!, bytes.subarray(bodyAt, next))
      at = next
    }
  }

  encode({ type, route, body }: Outgoing): Payload {
    const dictionary = this.#greeting?.dictionary
    const bytes =
      type === 'request'
        ? encodeRequestPacket(ids.first, route, body, dictionary)
        : encodeNotifyPacket(route, body, dictionary)
    return { bytes: Buffer.from(bytes), idAt: packetHeadBytes + flagBytes }
  }

  writeId(bytes: Buffer, at: number, id: number): void {
    bytes[at] = (id & 0x7f) | 0x80
    bytes[at + 1] = id >> 7
  }

  watch(route: string | undefined): void {
    this.#watched = route === undefined ? noBytes : Buffer.from(route)
    this.#watchedCode =
      (route === undefined ? undefined : this.#greeting?.dictionary?.codeOf(route)) ?? noCode
  }

  #onPacket(type: number, body: Buffer): void {
    if (type === PacketType.handshake) {
      this.#greeting = this.#readGreeting(body)
      this.#hearer.say(ackPacket)
      this.#hearer.onReady()
    } else if (type === PacketType.heartbeat) {
      this.#hearer.onHeartbeat(this.#greeting?.heartbeatMs ?? 0, heartbeatPacket)
    } else if (type === PacketType.kick) {
      this.#hearer.onKick(kickReason(body))
    } else {
      throw new LoadError(`the server sent a packet of type ${type}`)
    }
  }

  #onMessage(bytes: Buffer, start: number, end: number): void {
    const flag = bytes[start]!
    const type = (flag >> 1) & 0b111
    if (type === MessageType.push) {
      const bodyAt = this.#watchedBodyAt(bytes, start, end)
      if (bodyAt > 0) this.#hearer.onDelivery(bytes, bodyAt, end)
    } else if (type === MessageType.response) {
      let at = start + flagBytes
      let id = bytes[at]! & 0x7f
      for (let scale = 0x80; bytes[at]! >= 0x80 && at < end - 1; scale *= 0x80)
        id += (bytes[++at]! & 0x7f) * scale
      this.#hearer.onAnswer(id, bytes, at + 1, end)
    }
  }

  /** Returns where the body of a push of the watched route begins, or 0 for another. */
  #watchedBodyAt(bytes: Buffer, start: number, end: number): number {
    const routeAt = start + flagBytes
    if (bytes[start]! & 1) {
      const code = (bytes[routeAt]! << 8) | bytes[routeAt + 1]!
      return code === this.#watchedCode ? routeAt + 2 : 0
    }
    const { length } = this.#watched
    if (length === 0 || bytes[routeAt] !== length || routeAt + 1 + length > end) return 0
    // routes are short: a loop costs less than a call into the engine
    for (let i = 0; i < length; i++) if (bytes[routeAt + 1 + i] !== this.#watched[i]) return 0
    return routeAt + 1 + length
  }
}

const flagBytes = 1
const noBytes = Buffer.alloc(0)
const noCode = -1

type ReadGreeting = (body: Buffer) => Greeting

/** A server greets all its clients alike, but for nothing that matters here: a thousand dictionaries are read as one. */
function cacheGreeting(): ReadGreeting {
  let lastBody = noBytes
  let last: Greeting | undefined
  return (body) => {
    if (last && body.equals(lastBody)) return last
    last = readGreeting(body)
    lastBody = Buffer.from(body)
    return last
  }
}

function readGreeting(body: Buffer): Greeting {
  const { code, sys } = decodeHandshakeAnswer(body)
  if (code !== 200 || !sys) throw new LoadError(`the server refused the handshake with code ${code}`)
  if (sys.protos) throw new LoadError('the server wants protobuf bodies, and this load generator sends JSON')
  return { heartbeatMs: (sys.heartbeat ?? 0) * 1_000, dictionary: dictionaryOf(sys) }
}

function kickReason(body: Buffer): string {
  try {
    return decodeKick(body).reason || 'kicked'
  } catch {
    // old servers kick without a word
    return 'kicked'
  }
}
