/** Returns `text` in CESU-8: each half of a character outside the BMP as if it were a character. */
export function encodeCesu8(text: string): Uint8Array {
  const bytes = new Uint8Array(3 * text.length)
  return bytes.subarray(0, writeCesu8(text, bytes, 0))
}

/** Writes `text` in CESU-8 at `start`, and returns where it ends. It takes up to three bytes a unit. */
export function writeCesu8(text: string, target: Uint8Array, start: number): number {
  let at = start
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) {
      target[at++] = unit
      continue
    }
    if (unit < 0x800) {
      target[at++] = 0xc0 | (unit >> 6)
    } else {
      target[at++] = 0xe0 | (unit >> 12)
      target[at++] = 0x80 | ((unit >> 6) & 0x3f)
    }
    target[at++] = 0x80 | (unit & 0x3f)
  }
  return at
}

/**
 * Returns the text of `bytes`, which may be UTF-8 or what Pomelo's browser clients write instead: CESU-8, where a
 * character outside the BMP is a pair of surrogates of three bytes each. Bytes that are neither become U+FFFD.
 */
export function decodeText(bytes: Uint8Array): string {
  const text = decoder.decode(bytes)
  // a surrogate is malformed UTF-8, so where nothing was replaced there is none
  return text.includes('\ufffd') ? decoder.decode(joinSurrogates(bytes)) : text
}

// `ignoreBOM` keeps a leading U+FEFF in the text
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

const surrogatePairBytes = 6

function joinSurrogates(bytes: Uint8Array): Uint8Array {
  const joined = new Uint8Array(bytes.length)
  let length = 0
  for (let at = 0; at < bytes.length;) {
    const point = surrogatePairAt(bytes, at)
    if (point === undefined) {
      joined[length++] = bytes[at++]!
      continue
    }
    joined[length++] = 0xf0 | (point >> 18)
    joined[length++] = 0x80 | ((point >> 12) & 0x3f)
    joined[length++] = 0x80 | ((point >> 6) & 0x3f)
    joined[length++] = 0x80 | (point & 0x3f)
    at += surrogatePairBytes
  }
  return joined.subarray(0, length)
}

/** Returns the code point of the pair `ed a0..af 80..bf ed b0..bf 80..bf` at `at`, if there is one. */
function surrogatePairAt(bytes: Uint8Array, at: number): number | undefined {
  if (bytes[at] !== 0xed || bytes[at + 3] !== 0xed) return undefined
  // past the end is undefined, which no mask below takes for a part of a pair
  const high = bytes[at + 1]!
  const highTail = bytes[at + 2]!
  const low = bytes[at + 4]!
  const lowTail = bytes[at + 5]!
  if (high >> 4 !== 0xa || highTail >> 6 !== 0b10) return undefined
  if (low >> 4 !== 0xb || lowTail >> 6 !== 0b10) return undefined
  const highBits = ((high & 0x0f) << 6) | (highTail & 0x3f)
  const lowBits = ((low & 0x0f) << 6) | (lowTail & 0x3f)
  return 0x10000 + ((highBits << 10) | lowBits)
}
