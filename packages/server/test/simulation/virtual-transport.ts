import type { WebSocketConstructor, WebSocketLike } from '@shaddock/client'
import { closeReasons, closeText, decodePackets } from '@shaddock/protocol'
import type { CloseReason } from '@shaddock/protocol'
import type {
  Accept,
  Connection,
  ConnectionHandler,
  Frame,
  Framing,
  Transport,
} from '../../src/transport/transport.ts'
import type { Random } from './random.ts'
import type { VirtualProcess } from './virtual-process.ts'
import type { VirtualTime } from './virtual-time.ts'

export interface TransportOptions {
  readonly time: VirtualTime
  readonly random: Random
  /** The server's. */
  readonly process: VirtualProcess
}

/** Connections to clients over a virtual network. */
export class VirtualTransport implements Transport {
  readonly #options: TransportOptions
  readonly #calls = new Set<Call>()
  #accept: Accept | undefined

  constructor(options: TransportOptions) {
    this.#options = options
  }

  listen(accept: Accept): Promise<{ host: string; port: number }> {
    this.#accept = accept
    return Promise.resolve({ host: 'virtual', port: 0 })
  }

  close(): Promise<void> {
    this.#accept = undefined
    return Promise.resolve()
  }

  /** Breaks all connections, as the death of the process does; clients notice it. */
  break(): void {
    this.#accept = undefined
    for (const call of this.#calls)
      call.toClient(() => call.end({ code: closeReasons.lost.code, reason: '' }))
  }

  /** A client calls: the connection is made when this process comes to it. */
  dial(client: ClientEnd): Call {
    const call = new Call(this.#options, client)
    this.#calls.add(call)
    call.onEnd = () => this.#calls.delete(call)
    call.toServer(() => {
      if (this.#accept === undefined)
        call.toClient(() => call.end({ code: closeReasons.lost.code, reason: '' }))
      else call.accept(this.#accept)
    })
    return call
  }
}

/** What a client does when something comes. */
export interface ClientEnd {
  readonly process: VirtualProcess
  onOpen(): void
  onMessage(data: ArrayBuffer): void
  onClose(close: { readonly code: number; readonly reason: string }): void
}

/** One connection: two ways, in order each. */
class Call implements Connection {
  readonly framing = framing
  readonly remoteAddress = 'virtual'
  readonly bufferedBytes = 0
  onEnd: () => void = () => undefined
  readonly #options: TransportOptions
  readonly #client: ClientEnd
  #handler: ConnectionHandler | undefined
  #serverClosed = false
  #clientClosed = false
  #serverHearsAt = 0
  #clientHearsAt = 0

  constructor(options: TransportOptions, client: ClientEnd) {
    this.#options = options
    this.#client = client
  }

  toServer(arrive: () => void): void {
    const { time, random, process } = this.#options
    this.#serverHearsAt = Math.max(this.#serverHearsAt, time.now + random.between(1, 20))
    time.at(this.#serverHearsAt, arrive, process)
  }

  toClient(arrive: () => void): void {
    const { time, random } = this.#options
    this.#clientHearsAt = Math.max(this.#clientHearsAt, time.now + random.between(1, 20))
    time.at(this.#clientHearsAt, () => this.#clientClosed || arrive(), this.#client.process)
  }

  accept(accept: Accept): void {
    this.#handler = accept(this)
    this.toClient(() => this.#client.onOpen())
  }

  /** The client hears of its end. */
  end(close: { readonly code: number; readonly reason: string }): void {
    this.#clientClosed = true
    this.onEnd()
    this.#client.onClose(close)
  }

  fromClient(data: Uint8Array): void {
    if (this.#clientClosed) return
    this.toServer(() => {
      for (const { type, body } of decodePackets(data, maxBytes))
        if (!this.#serverClosed) this.#handler?.onPacket(type, body)
    })
  }

  hangUp(): void {
    if (this.#clientClosed) return
    this.#clientClosed = true
    this.onEnd()
    this.toServer(() => this.#closed(closeReasons.client))
  }

  send(packet: Uint8Array): void {
    if (this.#serverClosed) return
    const data = new Uint8Array(packet).buffer
    this.toClient(() => this.#client.onMessage(data))
  }

  sendFrame(frame: Frame): void {
    this.send(frame)
  }

  close(reason: CloseReason): void {
    if (this.#serverClosed) return
    this.toClient(() => this.end({ code: reason.code, reason: closeText(reason) }))
    queueMicrotask(() => this.#closed(reason))
    this.#serverClosed = true
  }

  #closed(reason: CloseReason): void {
    const handler = this.#handler
    this.#serverClosed = true
    this.#handler = undefined
    handler?.onClose(reason)
  }
}

const maxBytes = 65_536
// frames are bytes with a mark that only the compiler sees
const framing: Framing = { frame: (packet) => packet as Frame }

/** Returns a stand-in for WebSocket whose URLs are what `find` knows, for a client in `process`. */
export function createVirtualSocket(
  time: VirtualTime,
  process: VirtualProcess,
  find: (url: string) => VirtualTransport | undefined,
): WebSocketConstructor {
  return class VirtualSocket implements WebSocketLike {
    binaryType = 'arraybuffer'
    onopen: ((event: never) => void) | null = null
    onmessage: ((event: never) => void) | null = null
    onerror: ((event: never) => void) | null = null
    onclose: ((event: never) => void) | null = null
    readonly #call: Call | undefined

    constructor(url: string) {
      this.#call = find(url)?.dial({
        process,
        onOpen: () => emit(this.onopen, {}),
        onMessage: (data) => emit(this.onmessage, { data }),
        onClose: (close) => emit(this.onclose, close),
      })
      // nobody is there
      if (this.#call === undefined)
        time.after(1, () => emit(this.onclose, { code: closeReasons.lost.code, reason: '' }), process)
    }

    send(data: Uint8Array): void {
      this.#call?.fromClient(data)
    }

    close(): void {
      this.#call?.hangUp()
    }
  }
}

function emit(listener: ((event: never) => void) | null, event: object): void {
  listener?.(event as never)
}
