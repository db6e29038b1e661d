/**
 * When a message was due, in the message itself: `t=` and sixteen digits, microseconds since 1970. Of one width, so that it
 * is written over what stands in a prepared message; plain ASCII, so that JSON leaves it as it is.
 */
const timestampMark = 't='
const digits = 16
const markBytes = timestampMark.length
export const timestampBytes = markBytes + digits
export const noTimestamp = timestampMark + '0'.repeat(digits)

/** Writes a time of `performance.now()` into the timestamp at `at`. */
export function writeTimestamp(bytes: Buffer, at: number, ms: number): void {
  const us = Math.round((performance.timeOrigin + ms) * 1_000)
  // in two halves: integers of 32 bits divide many times faster than doubles
  const high = Math.floor(us / half)
  writeDigits(bytes, at + markBytes, high)
  writeDigits(bytes, at + markBytes + 8, us - high * half)
}

/** Returns the time in the timestamp at `at` as `performance.now()` counts it, or NaN where there is none. */
export function readTimestamp(bytes: Buffer, at: number): number {
  if (bytes[at] !== 0x74 || bytes[at + 1] !== 0x3d) return NaN
  const high = readDigits(bytes, at + markBytes)
  const low = readDigits(bytes, at + markBytes + 8)
  return high < 0 || low < 0 ? NaN : (high * half + low) / 1_000 - performance.timeOrigin
}

const half = 100_000_000
const zero = 0x30

function writeDigits(bytes: Buffer, at: number, value: number): void {
  for (let place = at + 7, rest = value | 0; place >= at; place--) {
    const next = (rest / 10) | 0
    bytes[place] = zero + rest - next * 10
    rest = next
  }
}

function readDigits(bytes: Buffer, at: number): number {
  let value = 0
  for (let place = at; place < at + 8; place++) {
    const digit = bytes[place]! - zero
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}
