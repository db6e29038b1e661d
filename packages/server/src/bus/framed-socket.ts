import type { Socket } from 'node:net'
import { ServerError } from '../errors.ts'
import type { BusTraffic } from './bus.ts'
import { encodeFrames, frameHeadBytes, FrameReader } from './frame.ts'
import type { Frame } from './frame.ts'
import type { Link } from './interest.ts'
import { Turn } from '../turn.ts'

export interface FramedSocketOptions {
  readonly maxQueuedBytes: number
  /** Where its bytes are counted. */
  readonly traffic: BusTraffic
  /** Called once when nothing more comes, whoever ended it; `cause` is why, if not by the wish of either side. */
  readonly onClose: (cause: unknown) => void
}

/** Frames over a socket. What is sent in one turn of the event loop leaves in one write. */
export class FramedSocket implements Link {
  /** Takes each frame. What it throws closes the socket. */
  onFrame: (frame: Frame) => void = () => {}
  /** The name of the other side, once it is known. */
  peer: string | undefined
  waiting = 0
  /** Resolves when the socket is freed. */
  readonly freed: Promise<void>
  readonly #socket: Socket
  readonly #options: FramedSocketOptions
  readonly #reader = new FrameReader((frame) => this.#receive(frame))
  readonly #turn = new Turn<Frame>((frames) => this.#write(frames))
  #queuedBytes = 0
  #state: 'open' | 'ended' | 'closed' = 'open'

  constructor(socket: Socket, options: FramedSocketOptions) {
    this.#socket = socket
    this.#options = options
    this.freed = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.on('data', (chunk) => this.#read(chunk))
    socket.once('end', () => this.close())
    socket.on('error', (error) => this.close(error))
    socket.once('close', () => this.close())
  }

  get full(): boolean {
    return this.#queuedBytes + this.#socket.writableLength >= this.#options.maxQueuedBytes
  }

  /** Past `maxQueuedBytes` the socket closes: to drop one message of many would break their order unseen. */
  send(frame: Frame): void {
    if (this.#state !== 'open') return
    if (this.full) {
      this.close(new ServerError('BUSY', `${this.#options.maxQueuedBytes} bytes wait to be sent`))
      return
    }
    this.#queuedBytes += frameHeadBytes + frame.body.length
    this.#turn.push(frame)
  }

  /** Sends what is queued, takes nothing more, and closes when the other side does. */
  end(): void {
    if (this.#state !== 'open') return
    this.#turn.flush()
    this.#state = 'ended'
    this.#socket.end()
  }

  cut(): void {
    this.close()
  }

  /** Frees the socket. What is queued is lost. */
  close(cause?: unknown): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#socket.destroy()
    this.#options.onClose(cause)
  }

  #write(frames: readonly Frame[]): void {
    this.#queuedBytes = 0
    if (this.#state !== 'open') return
    const bytes = encodeFrames(frames)
    this.#options.traffic.sentBytes += bytes.length
    this.#socket.write(bytes)
  }

  #read(chunk: Buffer): void {
    if (this.#state !== 'open') return
    this.#options.traffic.receivedBytes += chunk.length
    try {
      this.#reader.read(chunk)
    } catch (error) {
      this.close(error)
    }
  }

  #receive(frame: Frame): void {
    if (this.#state === 'open') this.onFrame(frame)
  }
}
