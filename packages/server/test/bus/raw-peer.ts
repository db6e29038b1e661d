import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { encodeFrames, FrameReader } from '../../src/bus/frame.ts'
import type { Frame } from '../../src/bus/frame.ts'

/** The bare end of a connection to a bus, which says what a bus would not. */
export class RawPeer implements AsyncDisposable {
  readonly closed: Promise<unknown>
  readonly #socket: Socket
  readonly #frames: Frame[] = []
  #onFrame: () => void = () => {}

  constructor(socket: Socket) {
    this.#socket = socket
    this.closed = once(socket, 'close')
    const reader = new FrameReader((frame) => {
      this.#frames.push(frame)
      this.#onFrame()
    })
    socket.on('data', (chunk) => reader.read(chunk))
    // the bus may be quicker to close than this end to write
    socket.on('error', () => {})
  }

  static connect(directory: string, name: string): RawPeer {
    return new RawPeer(connect(join(directory, `${name}.sock`)))
  }

  send(...frames: readonly Frame[]): void {
    this.#socket.write(encodeFrames(frames))
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes)
  }

  end(): void {
    this.#socket.end()
  }

  stopReading(): void {
    this.#socket.pause()
  }

  destroy(): void {
    this.#socket.destroy()
  }

  /** Resolves with the next frame that the bus sends. */
  async next(): Promise<Frame> {
    while (this.#frames.length === 0) await new Promise<void>((resolve) => (this.#onFrame = resolve))
    return this.#frames.shift()!
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket.destroy()
    await this.closed
  }
}

/** Listens in the folder of a bus as `name`, and takes connections as they come. */
export class RawListener implements AsyncDisposable {
  readonly #server
  readonly #accepted: RawPeer[] = []
  readonly #peers: RawPeer[] = []
  #onPeer: () => void = () => {}

  constructor() {
    this.#server = createServer((socket) => {
      const peer = new RawPeer(socket)
      this.#accepted.push(peer)
      this.#peers.push(peer)
      this.#onPeer()
    })
  }

  static async listen(directory: string, name: string): Promise<RawListener> {
    const listener = new RawListener()
    listener.#server.listen(join(directory, `${name}.sock`))
    await once(listener.#server, 'listening')
    return listener
  }

  /** How many connections nobody has taken with `next`. */
  get waiting(): number {
    return this.#accepted.length
  }

  /** Resolves with the next connection that a bus began. */
  async next(): Promise<RawPeer> {
    while (this.#accepted.length === 0) await new Promise<void>((resolve) => (this.#onPeer = resolve))
    return this.#accepted.shift()!
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const peer of this.#peers) peer.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }
}
