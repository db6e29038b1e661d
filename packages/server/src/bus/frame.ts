import { ProtocolError } from '@shaddock/protocol'

/** What one bus says to another. */
export const frameKinds = {
  /** The first frame in each direction: who speaks, and what it subscribes to. */
  hello: 1,
  /** The answer to a hello of which there are two. */
  duplicate: 2,
  /** From now on `subject` stands for the subject in the body. */
  subscribe: 3,
  unsubscribe: 4,
  publish: 5,
  request: 6,
  reply: 7,
  /** The answer to a request whose subject has no subscriber any more. */
  unheard: 8,
} as const

export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds]

export interface Frame {
  readonly kind: FrameKind
  /** The number that its subscriber gave to a subject, so that a message carries no name; 0 where none is meant. */
  readonly subject: number
  /** The number that a request and its answer have in common; 0 where none is meant. */
  readonly request: number
  readonly body: Uint8Array
}

/** The longest body that goes over a bus, in bytes. */
export const maxBodyBytes = 64 * 1024 * 1024

/** The bytes of a frame beside its body: u32 length of what follows it, u8 kind, u32 subject, u32 request; big-endian. */
export const frameHeadBytes = 13

const lengthBytes = 4
const minLength = frameHeadBytes - lengthBytes
const kinds = new Set<number>(Object.values(frameKinds))
const noBytes = new Uint8Array(0)

/** Returns a frame; what is not given is 0 or empty. */
export function frameOf(kind: FrameKind, subject = 0, request = 0, body: Uint8Array = noBytes): Frame {
  return { kind, subject, request, body }
}

/** Returns frames as bytes, behind `room` bytes that are not set. */
export function encodeFrames(frames: readonly Frame[], room = 0): Buffer {
  let length = room
  for (const frame of frames) length += frameHeadBytes + frame.body.length
  const bytes = Buffer.allocUnsafe(length)
  let at = room
  for (const { kind, subject, request, body } of frames) {
    bytes.writeUInt32BE(minLength + body.length, at)
    bytes[at + 4] = kind
    bytes.writeUInt32BE(subject, at + 5)
    bytes.writeUInt32BE(request, at + 9)
    bytes.set(body, at + frameHeadBytes)
    at += frameHeadBytes + body.length
  }
  return bytes
}

/** Cuts a byte stream, which arrives in chunks of any size, into frames. */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void
  /** Chunks are joined only when a frame is complete, so that a long one is not copied again for each chunk. */
  #chunks: Buffer[] = []
  #length = 0
  #wantedLength = lengthBytes

  constructor(onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame
  }

  /**
   * Calls `onFrame` for each frame that `chunk` completes. Bodies are views of it where they lie in it whole.
   * @throws {ProtocolError} the bytes are not frames, or a body is longer than `maxBodyBytes`. Read no further then.
   */
  read(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#length += chunk.length
    if (this.#length < this.#wantedLength) return
    const bytes = this.#chunks.length === 1 ? chunk : Buffer.concat(this.#chunks, this.#length)
    const rest = bytes.subarray(this.#readFrames(bytes))
    this.#chunks = rest.length > 0 ? [rest] : []
    this.#length = rest.length
  }

  /** Returns where the first incomplete frame begins, and notes how much it needs. */
  #readFrames(bytes: Buffer): number {
    let at = 0
    for (;;) {
      this.#wantedLength = lengthBytes
      if (bytes.length - at < lengthBytes) return at
      this.#wantedLength = lengthBytes + readLength(bytes, at)
      if (bytes.length - at < this.#wantedLength) return at
      const end = at + this.#wantedLength
      this.#onFrame(readFrame(bytes, at, end))
      at = end
    }
  }
}

function readLength(bytes: Buffer, at: number): number {
  const length = bytes.readUInt32BE(at)
  if (length < minLength) throw new ProtocolError(`frame of ${length} bytes is shorter than its head`)
  if (length > minLength + maxBodyBytes) {
    throw new ProtocolError(`frame body of ${length - minLength} bytes exceeds ${maxBodyBytes}`)
  }
  return length
}

function readFrame(bytes: Buffer, at: number, end: number): Frame {
  const kind = bytes[at + 4]!
  if (!isFrameKind(kind)) throw new ProtocolError(`frame of unknown kind ${kind}`)
  // not a Buffer, whose `slice` does not copy: whoever keeps the body is promised no more than a Uint8Array
  const start = at + frameHeadBytes
  const body = new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start)
  return { kind, subject: bytes.readUInt32BE(at + 5), request: bytes.readUInt32BE(at + 9), body }
}

function isFrameKind(kind: number): kind is FrameKind {
  return kinds.has(kind)
}
