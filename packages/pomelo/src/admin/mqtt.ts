/** The few packets of MQTT 3.1 that Pomelo's admin tools use: topics are names of events, payloads JSON. */
export const MqttType = {
  connect: 1,
  connack: 2,
  publish: 3,
  pingreq: 12,
  pingresp: 13,
  disconnect: 14,
} as const

export interface MqttPacket {
  readonly type: number
  /** The lower half of the first byte: of a publish, its quality of service. */
  readonly flags: number
  readonly body: Buffer
}

/** Cuts a stream of bytes into packets. */
export class MqttReader {
  readonly #maxBytes: number
  /** The beginning of a packet that is not whole, with room behind it. */
  #bytes: Buffer = Buffer.alloc(0)
  #length = 0
  /** How long it must be to be looked at again. */
  #wanted = 2

  /** `maxBytes` is the longest body that is taken. */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** @throws {RangeError} a packet is longer than it may be. */
  push(chunk: Buffer): MqttPacket[] {
    this.#append(chunk)
    const packets: MqttPacket[] = []
    while (this.#length >= this.#wanted) {
      const { bodyAt, end } = this.#measure()
      this.#wanted = end
      if (end > this.#length) break
      const [head, body] = [this.#bytes[0]!, this.#bytes.subarray(bodyAt, end)]
      packets.push({ type: head >> 4, flags: head & 0x0f, body })
      this.#keep(this.#bytes.subarray(end, this.#length))
    }
    return packets
  }

  /** Doubles the room when there is too little: a packet may come byte by byte, and shall not be copied at each. */
  #append(chunk: Buffer): void {
    if (this.#length === 0) return this.#keep(chunk)
    const length = this.#length + chunk.length
    if (length > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(2 * length)
      this.#bytes.copy(grown, 0, 0, this.#length)
      this.#bytes = grown
    }
    chunk.copy(this.#bytes, this.#length)
    this.#length = length
  }

  #keep(rest: Buffer): void {
    this.#bytes = rest
    this.#length = rest.length
    this.#wanted = 2
  }

  /** Returns where the body of the first packet begins and ends, as far as its head tells. */
  #measure(): { readonly bodyAt: number; readonly end: number } {
    let length = 0
    let at = 1
    for (let shift = 0; at < this.#length; shift += 7) {
      const byte = this.#bytes[at++]!
      length |= (byte & 0x7f) << shift
      if (length > this.#maxBytes || shift > 21)
        throw new RangeError(`a packet is longer than ${this.#maxBytes} bytes`)
      if (byte < 0x80) return { bodyAt: at, end: at + length }
    }
    return { bodyAt: at, end: at + 1 }
  }
}

/** Returns topic and payload of a publish. @throws {RangeError} it is cut off. */
export function readPublish({ flags, body }: MqttPacket): { topic: string; payload: string } {
  const topicEnd = 2 + body.readUInt16BE(0)
  // with a quality of service above 0 a number follows
  const payloadAt = topicEnd + ((flags & 0x06) === 0 ? 0 : 2)
  if (payloadAt > body.length) throw new RangeError('a publish is cut off')
  return { topic: body.toString('utf8', 2, topicEnd), payload: body.toString('utf8', payloadAt) }
}

export function encodePublish(topic: string, payload: unknown): Buffer {
  return encodePacket(
    MqttType.publish,
    Buffer.concat([encodeText(topic), Buffer.from(JSON.stringify(payload))]),
  )
}

export function encodeConnect(clientId: string): Buffer {
  // version 3.1, clean session, no keep-alive
  const head = Buffer.concat([encodeText('MQIsdp'), Buffer.of(3, 2, 0, 0)])
  return encodePacket(MqttType.connect, Buffer.concat([head, encodeText(clientId)]))
}

export function encodePacket(type: number, body: Uint8Array = Buffer.alloc(0)): Buffer {
  const head = [type << 4]
  let length = body.length
  do {
    head.push((length & 0x7f) | (length > 0x7f ? 0x80 : 0))
    length >>= 7
  } while (length > 0)
  return Buffer.concat([Buffer.from(head), body])
}

function encodeText(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 0xff), bytes])
}
