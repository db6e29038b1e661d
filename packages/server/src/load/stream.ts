import { randomBytes } from 'node:crypto'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { closeReasonOf } from '@shaddock/protocol'
import type { Address } from './address.ts'
import { Cutter } from './cutter.ts'
import { Opcode, payloadAt, tcpFraming, webSocketFraming } from './framing.ts'
import type { Framing } from './framing.ts'
import { LoadError } from './load-error.ts'

export interface StreamEvents {
  onOpen(): void
  /** Takes a payload, good until it returns. What it throws ends the stream. */
  onPayload(bytes: Buffer, start: number, end: number): void
  /** The stream has ended, and not by `close`. */
  onClose(reason: string): void
}

/** A connection that carries payloads, over WebSocket or TCP. It reads where the bytes lie and writes once a turn. */
export class Stream {
  /** When the bytes came that are being read, by `performance.now()`. */
  readAtMs = 0
  readonly framing: Framing
  readonly #address: Address
  readonly #events: StreamEvents
  readonly #socket: Socket
  readonly #cutter: Cutter
  #state: 'connecting' | 'upgrading' | 'open' | 'closed' = 'connecting'
  #outbox: Buffer[] = []
  #fragments: Buffer[] = []
  #closeReason = 'lost'

  /** @param localAddress Where to connect from: one address has 28,000 ports. */
  constructor(address: Address, events: StreamEvents, localAddress?: string) {
    this.#address = address
    this.#events = events
    this.framing = address.transport === 'ws' ? webSocketFraming : tcpFraming
    this.#cutter = new Cutter(
      (bytes, at, end) =>
        this.#state === 'upgrading' ? sizeOfHead(bytes, at, end) : this.framing.sizeAt(bytes, at, end),
      (bytes, start, end) => this.#onUnit(bytes, start, end),
    )
    const { host, port } = address
    this.#socket = connect({
      host,
      port,
      noDelay: true,
      ...(localAddress !== undefined && { localAddress }),
      onread: { buffer: readBuffer, callback: (length) => this.#read(length) },
    })
    this.#socket.on('connect', () => this.#onConnect())
    this.#socket.on('error', (error) => (this.#closeReason = reasonOf(error)))
    this.#socket.on('close', () => this.#end())
  }

  get closed(): boolean {
    return this.#state === 'closed'
  }

  /** Queues framed bytes for `flush`. */
  push(bytes: Buffer): void {
    this.#outbox.push(bytes)
  }

  /** Writes what is queued. */
  flush(): void {
    const { length } = this.#outbox
    if (length === 0 || this.#state === 'closed') return
    this.#socket.write(length === 1 ? this.#outbox[0]! : Buffer.concat(this.#outbox))
    this.#outbox = []
  }

  /** Says why the server is about to end the stream. */
  expectClose(reason: string): void {
    this.#closeReason = reason
  }

  /** Stops reading, as a client does whose machine is busy. */
  pause(): void {
    this.#socket.pause()
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume()
  }

  /** Ends the stream; where the transport has a goodbye, with one. */
  close(): void {
    if (this.#state === 'closed') return
    if (this.#state === 'open') {
      this.flush()
      if (this.#address.transport === 'ws') this.#socket.write(goodbye)
    }
    this.#state = 'closed'
    this.#cutter.stop()
    this.#socket.destroySoon()
    // with a paused reader, or a peer that does not end its side, that alone may take for ever
    this.#socket.resume()
    this.#socket.setTimeout(lingerMs, () => this.#socket.destroy())
  }

  #onConnect(): void {
    if (this.#state === 'closed') return
    if (this.#address.transport === 'tcp') return this.#open()
    this.#state = 'upgrading'
    const { host, port, path } = this.#address
    const key = randomBytes(16).toString('base64')
    this.#socket.write(
      `GET ${path} HTTP/1.1\r\nHost: ${host}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    )
  }

  #open(): void {
    this.#state = 'open'
    this.#events.onOpen()
    this.flush()
  }

  #read(length: number): boolean {
    this.readAtMs = performance.now()
    try {
      this.#cutter.read(readBuffer, length)
      this.flush()
    } catch (error) {
      this.#socket.destroy(error instanceof Error ? error : new LoadError(String(error)))
    }
    return true
  }

  #onUnit(bytes: Buffer, start: number, end: number): void {
    if (this.#state === 'upgrading') return this.#onUpgrade(bytes.toString('latin1', start, end))
    if (this.#address.transport === 'tcp') return this.#events.onPayload(bytes, start, end)
    const bodyAt = payloadAt(bytes, start)
    const head = bytes[start]!
    // a whole message in one frame, which is what servers send
    if (head === wholeBinary || head === wholeText) return this.#events.onPayload(bytes, bodyAt, end)
    this.#onRareFrame(head, bytes.subarray(bodyAt, end))
  }

  #onUpgrade(head: string): void {
    if (!head.startsWith('HTTP/1.1 101')) {
      throw new LoadError(`no WebSocket there: it answers "${head.slice(0, head.indexOf('\r\n'))}"`)
    }
    this.#open()
  }

  #onRareFrame(head: number, payload: Buffer): void {
    const opcode = head & 0x0f
    if (opcode === Opcode.ping) return this.push(this.framing.wrap(payload, Opcode.pong))
    if (opcode === Opcode.close) {
      if (payload.length >= 2) this.#closeReason = closeReasonOf(payload.readUInt16BE()).reason
      return this.#socket.destroySoon()
    }
    if (opcode > Opcode.binary) return
    this.#fragments.push(Buffer.from(payload))
    if ((head & finalBit) === 0) return
    const whole = Buffer.concat(this.#fragments)
    this.#fragments = []
    this.#events.onPayload(whole, 0, whole.length)
  }

  #end(): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    this.#cutter.stop()
    this.#events.onClose(this.#closeReason)
  }
}

/** The system fills it and the callback reads it before the next socket's turn, so one serves all. */
const readBuffer = Buffer.allocUnsafeSlow(256 * 1024)

const finalBit = 0x80
const wholeText = finalBit | Opcode.text
const wholeBinary = finalBit | Opcode.binary
const goodbye = webSocketFraming.wrap(Uint8Array.of(1000 >> 8, 1000 & 0xff), Opcode.close)
const lingerMs = 1_000
const maxHeadBytes = 16_384

function sizeOfHead(bytes: Buffer, at: number, end: number): number {
  const gap = bytes.subarray(at, end).indexOf('\r\n\r\n')
  if (gap === -1 && end - at > maxHeadBytes) throw new LoadError('no WebSocket there: its answer has no end')
  return gap === -1 ? 0 : gap + 4
}

function reasonOf(error: Error & { code?: string }): string {
  return error.code ?? error.message
}
