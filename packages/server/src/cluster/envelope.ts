import { codes, ServerError } from '../errors.ts'
import type { Code } from '../errors.ts'

/** A call as it travels: what is called, how long its caller still waits, and its payload. */
export interface CallEnvelope {
  readonly name: string
  readonly remainingMs: number
  readonly payload: Uint8Array
}

const ok = 0
const failed = 1
const headBytes = 5

/** Returns `remainingMs (4) | name length (1) | name | payload`. @throws {RangeError} the name is over 255 bytes. */
export function encodeCall(name: string, remainingMs: number, payload: Uint8Array): Uint8Array {
  const nameBytes = Buffer.byteLength(name)
  const bytes = Buffer.allocUnsafe(headBytes + nameBytes + payload.length)
  bytes.writeUInt32BE(Math.min(Math.ceil(remainingMs), 0xffffffff), 0)
  bytes.writeUInt8(nameBytes, 4)
  bytes.write(name, headBytes)
  bytes.set(payload, headBytes + nameBytes)
  return bytes
}

export function decodeCall(bytes: Uint8Array): CallEnvelope {
  const buffer = asBuffer(bytes)
  const end = headBytes + buffer.readUInt8(4)
  return {
    remainingMs: buffer.readUInt32BE(0),
    name: buffer.toString('utf8', headBytes, end),
    payload: buffer.subarray(end),
  }
}

/** Returns `0 | payload`. */
export function encodeResult(payload: Uint8Array): Uint8Array {
  const bytes = Buffer.allocUnsafe(1 + payload.length)
  bytes[0] = ok
  bytes.set(payload, 1)
  return bytes
}

/** Returns `1 | JSON of code, message and reply`. What is not a `ServerError` becomes `INTERNAL` and tells nothing. */
export function encodeFailure(error: unknown, name: string): Uint8Array {
  const { code, message, reply } =
    error instanceof ServerError ? error : { code: 'INTERNAL', message: `${name} failed`, reply: undefined }
  return Buffer.concat([Uint8Array.of(failed), Buffer.from(JSON.stringify({ code, message, reply }))])
}

/** Returns the payload of a reply. @throws {ServerError} the failure that it carries; `INTERNAL`: it makes no sense. */
export function decodeReply(bytes: Uint8Array): Uint8Array {
  if (bytes[0] === ok) return bytes.subarray(1)
  const { code, message, reply } = decodeFailure(asBuffer(bytes).toString('utf8', 1))
  throw new ServerError(Object.hasOwn(codes, code) ? code : 'INTERNAL', message, { reply })
}

interface Failure {
  readonly code: Code
  readonly message: string
  readonly reply?: unknown
}

function decodeFailure(text: string): Failure {
  try {
    // destructured here, so that `null` is malformed too
    const { code, message, reply } = JSON.parse(text) as Failure
    return { code, message, reply }
  } catch (cause) {
    throw new ServerError('INTERNAL', 'malformed reply', { cause })
  }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
