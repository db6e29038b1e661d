import { encodeFrames, frameHeadBytes, FrameReader } from './frame.ts'
import type { Frame } from './frame.ts'
import type { Link } from './interest.ts'
import type { LinkNumbers, MessageHead } from './nats-handshake.ts'
import type { NatsLine } from './nats-line.ts'

export interface NatsLinkOptions {
  readonly line: NatsLine
  /** The id of the other bus. */
  readonly peer: string
  /** Tells this link from others that there were to the same bus. */
  readonly number: number
  /** Where the other bus hears, and where NATS says that it does not. */
  readonly to: string
  readonly unheard: string
  readonly onCut: () => void
}

/**
 * The link to one other bus, over NATS: frames each way, those of a turn in one message or, if they are many, in
 * several. On the wire: `u32 number of the link here | u32 its number there, 0 if that is not known | u32 number of the
 * message on it | bytes of frames`, big-endian. As the messages are counted, none is missed unseen.
 */
export class NatsLink implements Link, LinkNumbers {
  readonly peer: string
  readonly number: number
  /** Takes each frame. */
  onFrame: (frame: Frame) => void = () => {}
  /** The name of the other side, once it is known. */
  name: string | undefined
  waiting = 0
  /** How long nothing has been said or, while it calls, answered: in looks at it. */
  idle = 0
  #isDoubted = false
  readonly #options: NatsLinkOptions
  #reader = this.#createReader()
  #state: 'calling' | 'open' | 'closed' = 'calling'
  /** The number that the other side gave to this link; 0 until it is known. */
  #theirs = 0
  #sent = 0
  #received = 0
  #frames: Frame[] = []
  #isScheduled = false

  constructor(options: NatsLinkOptions) {
    this.#options = options
    this.peer = options.peer
    this.number = options.number
  }

  get full(): boolean {
    return this.#options.line.full
  }

  get isOpen(): boolean {
    return this.#state === 'open'
  }

  get theirs(): number {
    return this.#theirs
  }

  /** Whether the other side has said something since it said hello: it knows this one then. */
  get isConfirmed(): boolean {
    return this.#received > 1
  }

  /** Whether another bus has said that nobody hears the other side, which has not been heard since. */
  get isDoubted(): boolean {
    return this.#isDoubted
  }

  /** Tries whether the other side is heard. */
  doubt(): void {
    if (!this.isOpen) return
    this.#isDoubted = true
    this.say()
  }

  /** Sends the first frame: before the other side has said anything, or as the answer to its own. */
  call(hello: Frame, theirs: number): void {
    this.#theirs = theirs
    if (this.#options.line.reserve(bytesOf(hello))) this.#publish([hello])
  }

  /** Expects what the other side says on a link that it has begun with this number, and sends what waited for that. */
  open(theirs: number): void {
    this.#theirs = theirs
    this.#received = 0
    this.#reader = this.#createReader()
    this.#state = 'open'
    this.say()
  }

  send(frame: Frame): void {
    if (this.#state === 'closed' || !this.#options.line.reserve(bytesOf(frame))) return
    this.#frames.push(frame)
    if (this.#state === 'open') this.say()
  }

  /** Says something when the turn ends, if only that this side is here. */
  say(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    this.#options.line.schedule(() => this.#write())
  }

  /**
   * Takes a message. Returns false if others were lost before it.
   * @throws {ProtocolError} it holds no frames.
   */
  receive(number: number, bytes: Buffer): boolean {
    if (number !== this.#received) return false
    this.#received = (number + 1) >>> 0
    this.#isDoubted = false
    if (bytes.length > 0) this.#reader.read(bytes)
    return true
  }

  cut(): void {
    if (this.#state !== 'closed') this.#options.onCut()
  }

  close(): void {
    this.#state = 'closed'
    for (const frame of this.#frames.splice(0)) this.#options.line.release(bytesOf(frame))
  }

  #write(): void {
    this.#isScheduled = false
    if (this.#state !== 'open') return
    const frames = this.#frames
    this.#frames = []
    this.#publish(frames)
  }

  #publish(frames: readonly Frame[]): void {
    const { number } = this
    const { line, to, unheard: reply } = this.#options
    const bytes = encodeFrames(frames, headBytes)
    let at = 0
    do {
      const piece = bytes.subarray(at, at + line.maxPayload)
      // a piece that follows another gets its head where the end of that one stood
      const message = at === 0 ? piece : Buffer.from(piece)
      message.writeUInt32BE(number, 0)
      message.writeUInt32BE(this.#theirs, 4)
      message.writeUInt32BE(this.#sent, 8)
      this.#sent = (this.#sent + 1) >>> 0
      line.publish(to, message, { reply, reserved: message.length - headBytes })
      at += line.maxPayload - headBytes
    } while (at + headBytes < bytes.length)
    this.idle = 0
  }

  #createReader(): FrameReader {
    return new FrameReader((frame) => this.#receive(frame))
  }

  #receive(frame: Frame): void {
    if (this.#state === 'open') this.onFrame(frame)
  }
}

/** The bytes of a message before its frames. */
export const headBytes = 12

/** @throws {RangeError} it is cut off. */
export function decodeHead(message: Buffer): MessageHead {
  return {
    theirs: message.readUInt32BE(0),
    mine: message.readUInt32BE(4),
    message: message.readUInt32BE(8),
  }
}

function bytesOf({ body }: Frame): number {
  return frameHeadBytes + body.length
}
