/** Returns a value as it travels between servers: JSON, or nothing for `undefined`. @throws {TypeError} JSON cannot carry it. */
export function encodeValue(value: unknown): Uint8Array {
  if (value === undefined) return nothing
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError(`a ${typeof value} cannot travel between servers`)
  return Buffer.from(text)
}

export function decodeValue(bytes: Uint8Array): unknown {
  if (bytes.length === 0) return undefined
  return JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString())
}

const nothing = new Uint8Array()
