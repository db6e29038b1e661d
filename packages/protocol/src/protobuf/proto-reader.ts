import { ProtocolError } from '../errors.ts'
import { decodeText } from '../text.ts'

/** Reads the values of Pomelo's protobuf dialect from untrusted bytes, one behind the other. */
export class ProtoReader {
  /** How deep in messages within messages it is. */
  depth = 0
  readonly #bytes: Uint8Array
  #view: DataView | undefined
  #at = 0
  /** Where the message ends that is being read. */
  #end: number

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#end = bytes.length
  }

  get atEnd(): boolean {
    return this.#at === this.#end
  }

  /** @throws {ProtocolError} Cut off, or of over ten bytes. Other overlong forms are legal. */
  varint(): number {
    const first = this.#bytes[this.#skip(1)]!
    if (first < 0x80) return first
    let value = first & 0x7f
    // multiplied, not shifted: values pass 32 bits
    for (let scale = 0x80; scale < maxScale; scale *= 0x80) {
      const group = this.#bytes[this.#skip(1)]!
      value += (group & 0x7f) * scale
      if (group < 0x80) return value
    }
    throw new ProtocolError('protobuf number of over 10 bytes')
  }

  float(): number {
    return this.#numbers().getFloat32(this.#skip(4), true)
  }

  double(): number {
    return this.#numbers().getFloat64(this.#skip(8), true)
  }

  text(): string {
    const length = this.varint()
    const start = this.#skip(length)
    return this.#ascii(start, length) ?? decodeText(this.#bytes.subarray(start, start + length))
  }

  /** Reads a length and begins what is as long. Returns what `leave` takes. */
  enter(): number {
    const length = this.varint()
    const outerEnd = this.#end
    this.#end = this.#skip(length) + length
    this.#at -= length
    return outerEnd
  }

  /** Goes on behind what `enter` began, of which all is read. */
  leave(outerEnd: number): void {
    this.#end = outerEnd
  }

  /** Returns where it was, `count` bytes before where it is. */
  #skip(count: number): number {
    const start = this.#at
    if (count > this.#end - start) throw new ProtocolError('protobuf message ends within a value')
    this.#at = start + count
    return start
  }

  /** For short texts much faster than the decoder. Returns undefined for bytes that are not ASCII. */
  #ascii(start: number, length: number): string | undefined {
    if (length > 32) return undefined
    let text = ''
    for (let at = start; at < start + length; at++) {
      const byte = this.#bytes[at]!
      if (byte >= 0x80) return undefined
      text += String.fromCharCode(byte)
    }
    return text
  }

  #numbers(): DataView {
    const { buffer, byteOffset, byteLength } = this.#bytes
    this.#view ??= new DataView(buffer, byteOffset, byteLength)
    return this.#view
  }
}

/** Past the tenth group of seven bits. */
const maxScale = 2 ** 70
