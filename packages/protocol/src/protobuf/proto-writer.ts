import { writeCesu8 } from '../text.ts'

/** How a string is written: `cesu8` is what Pomelo's browser clients read, which differs outside the BMP. */
export type TextForm = 'utf8' | 'cesu8'

/** Writes the values of Pomelo's protobuf dialect, one behind the other, into a buffer that it keeps. */
export class ProtoWriter {
  /** How many bytes are written. Lowered, it takes back what came behind. */
  length = 0
  /** How deep in messages within messages it is. */
  depth = 0
  textForm: TextForm = 'utf8'
  /** What is being written, for errors. */
  field = ''
  #bytes = new Uint8Array(usualBytes)
  #view = new DataView(this.#bytes.buffer)

  start(textForm: TextForm): void {
    this.length = 0
    this.depth = 0
    this.textForm = textForm
  }

  /** Returns a copy of what is written. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.length)
    if (this.#bytes.length > maxKeptBytes) this.#use(new Uint8Array(usualBytes))
    return taken
  }

  /** Writes groups of seven bits, the lowest first, with the high bit on all but the last. */
  varint(value: number): void {
    this.#reserve(maxVarintBytes)
    this.length = this.#putVarint(value, this.length)
  }

  float(value: number): void {
    this.#reserve(4)
    this.#view.setFloat32(this.length, value, true)
    this.length += 4
  }

  double(value: number): void {
    this.#reserve(8)
    this.#view.setFloat64(this.length, value, true)
    this.length += 8
  }

  zeros(count: number): void {
    this.#reserve(count)
    this.#bytes.fill(0, this.length, this.length + count)
    this.length += count
  }

  /** Writes `text` behind the number of its bytes. */
  text(text: string): void {
    const start = this.begin()
    this.#reserve(3 * text.length)
    this.length = this.#putAscii(text, start) ?? this.#putText(text, start)
    this.end(start)
  }

  /** Begins what stands behind the number of its bytes. Returns what `end` takes. */
  begin(): number {
    this.#reserve(1)
    // room for a length of one byte, the usual
    return ++this.length
  }

  end(start: number): void {
    const bytes = this.length - start
    if (bytes >= 0x80) {
      const more = varintBytes(bytes) - 1
      this.#reserve(more)
      this.#bytes.copyWithin(start + more, start, this.length)
      this.length += more
    }
    this.#putVarint(bytes, start - 1)
  }

  #putVarint(value: number, start: number): number {
    let at = start
    let rest = value
    // divided, not shifted: values pass 32 bits
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#bytes[at++] = (rest % 0x80) | 0x80
    this.#bytes[at++] = rest
    return at
  }

  /** For short texts much faster than the encoder. Returns undefined for a text that is long or not ASCII. */
  #putAscii(text: string, start: number): number | undefined {
    if (text.length > 64) return undefined
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      if (unit >= 0x80) return undefined
      this.#bytes[start + at] = unit
    }
    return start + text.length
  }

  #putText(text: string, start: number): number {
    if (this.textForm === 'cesu8' && surrogate.test(text)) return writeCesu8(text, this.#bytes, start)
    return start + encoder.encodeInto(text, this.#bytes.subarray(start)).written
  }

  #reserve(count: number): void {
    const needed = this.length + count
    if (needed <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length))
    grown.set(this.#bytes.subarray(0, this.length))
    this.#use(grown)
  }

  #use(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer)
  }
}

const usualBytes = 1_024
/** A buffer that one long message made longer than this is not kept. */
const maxKeptBytes = 65_536
/** Of the largest number that is written as one, somewhat over 2^63. */
const maxVarintBytes = 10

const encoder = new TextEncoder()
const surrogate = /[\ud800-\udfff]/

function varintBytes(value: number): number {
  let count = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) count++
  return count
}
