import {
  type Codec,
  closeReasons,
  decodeHandshakeAnswer,
  decodePackets,
  dictionaryOf,
  encodeHandshakeRequest,
  encodePacket,
  type HandshakeProtos,
  type HandshakeServer,
  maxPacketBodyBytes,
  type Packet,
  PacketType,
  ProtocolError,
} from '@shaddock/protocol'
import { type Closed, closedByKick, closedByServer } from './closed.ts'
import { type Coder, messageCoder } from './coder.ts'
import { RequestError } from './errors.ts'
import { Heartbeat } from './heartbeat.ts'
import { type PendingRequest, PendingRequests } from './pending.ts'
import { protoCodec } from './proto-codec.ts'
import type { ProtoStore } from './proto-store.ts'
import type { WebSocketConstructor, WebSocketLike } from './socket.ts'
import type { Timer } from './timer.ts'

export interface LinkOptions {
  readonly url: string
  readonly WebSocket: WebSocketConstructor
  /** How long the socket may take to open and the server to answer the handshake, together. */
  readonly connectTimeoutMs: number
  /** The `user` of the handshake. */
  readonly user?: unknown
  /** The public key of a client that signs its messages. */
  readonly rsa?: unknown
  /** Carries the bodies that the server has no protobuf definitions for. */
  readonly codec: Codec
  readonly protoStore?: ProtoStore
  /** Returns what replaces the protocol's own coder. Called again when the server has answered the handshake. */
  readonly replaceCoder?: (own: Coder) => Coder
  readonly onPush: (route: string, message: unknown) => void
  /** Hears a socket's error, whose end follows. */
  readonly onError?: (event: unknown) => void
}

/** A request to send, and where its answer goes: to `resolve` with the body whatever it says. */
export interface LinkRequest extends PendingRequest {
  readonly message: unknown
}

/**
 * One connection, from its handshake to its end, which is final. Answers and pushes are delivered in the
 * order they arrive, while they arrive.
 */
export class Link {
  /** Resolves with the `user` of the server's handshake; never, when the link ends before. */
  readonly opened: Promise<unknown>
  /** Resolves when the link has ended. Its requests are rejected by then. */
  readonly closed: Promise<Closed>
  readonly socket: WebSocketLike

  readonly #options: LinkOptions
  readonly #pending = new PendingRequests()
  readonly #opened = Promise.withResolvers<unknown>()
  readonly #closed = Promise.withResolvers<Closed>()
  readonly #deadline: Timer
  readonly #keptProtos: HandshakeProtos | undefined
  #coder: Coder
  #state: 'handshaking' | 'open' | 'closed' = 'handshaking'
  #heartbeat: Heartbeat | undefined

  constructor(options: LinkOptions) {
    this.#options = options
    this.opened = this.#opened.promise
    this.closed = this.#closed.promise
    this.#keptProtos = options.protoStore?.load()
    this.#coder = this.#createCoder({})
    this.socket = this.#connect()
    this.#deadline = setTimeout(() => this.#end(closeReasons.handshake), options.connectTimeoutMs)
  }

  get url(): string {
    return this.#options.url
  }

  /**
   * Sends a request, or rejects it with 503 when the link is not open.
   * @throws {TypeError | RangeError} The message or the route cannot be encoded.
   */
  request(request: LinkRequest): void {
    if (this.#state !== 'open') return request.reject(notConnected())
    const id = this.#pending.nextId()
    const bytes = this.#coder.encode(id, request.route, request.message)
    this.#pending.add(id, request)
    this.#send(PacketType.data, bytes)
  }

  /** Sends a notify, or drops it when the link is not open. */
  notify(route: string, message: unknown): void {
    if (this.#state === 'open') this.#send(PacketType.data, this.#coder.encode(0, route, message))
  }

  close(): void {
    this.#end(closeReasons.client)
  }

  #createCoder(server: HandshakeServer): Coder {
    const { codec, replaceCoder } = this.#options
    const protos = server.useProto ? (server.protos ?? this.#keptProtos) : server.protos
    const own = messageCoder(protos ? protoCodec(protos, codec) : codec, dictionaryOf(server), (id) =>
      this.#pending.routeOf(id),
    )
    return replaceCoder?.(own) ?? own
  }

  #connect(): WebSocketLike {
    const { url, WebSocket, user, rsa, protoStore, onError } = this.#options
    const protoVersion = protoStore && (this.#keptProtos?.version || 0)
    // servers judge by its type what a client can do; Pomelo's own browser client says the same
    const sys = { type: 'js-websocket', version: '0.0.1', rsa, protoVersion }
    const handshake = encodeHandshakeRequest({ sys, user })
    const socket = new WebSocket(url)
    socket.binaryType = 'arraybuffer'
    socket.onopen = () => this.#send(PacketType.handshake, handshake)
    socket.onmessage = ({ data }: { data: unknown }) => this.#receive(data)
    socket.onerror = (event: unknown) => this.#state !== 'closed' && onError?.(event)
    socket.onclose = ({ code, reason }: { code: number; reason?: string }) =>
      this.#end(closedByServer(code, reason))
    return socket
  }

  #send(type: PacketType, body?: Uint8Array): void {
    // the protocol allocates every packet itself, never over shared memory
    this.socket.send(encodePacket(type, body) as Uint8Array<ArrayBuffer>)
  }

  #receive(data: unknown): void {
    try {
      if (typeof data === 'string') throw new ProtocolError('text frame')
      this.#heartbeat?.hear()
      // not text, so it is the buffer that `binaryType` asked for
      const frame = new Uint8Array(data as ArrayBuffer)
      for (const packet of decodePackets(frame, maxPacketBodyBytes)) this.#handle(packet)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#end(closeReasons.protocol)
    }
  }

  #handle({ type, body }: Packet): void {
    switch (type) {
      case PacketType.handshake:
        return this.#shakeHands(body)
      case PacketType.heartbeat:
        return this.#heartbeat?.answer()
      case PacketType.data:
        return this.#deliver(body)
      case PacketType.kick:
        return this.#end(closedByKick(body))
      case PacketType.ack:
        throw new ProtocolError('ack from a server')
    }
  }

  #shakeHands(body: Uint8Array): void {
    if (this.#state !== 'handshaking') return
    const { code, sys = {}, user } = decodeHandshakeAnswer(body)
    if (code !== 200) return this.#end({ ...closeReasons.refused, refusal: code })
    this.#coder = this.#createCoder(sys)
    if (sys.protos) this.#options.protoStore?.save(sys.protos)
    clearTimeout(this.#deadline)
    this.#state = 'open'
    this.#send(PacketType.ack)
    if (sys.heartbeat !== undefined && sys.heartbeat > 0) this.#startHeartbeat(sys.heartbeat * 1000)
    this.#opened.resolve(user)
  }

  #startHeartbeat(intervalMs: number): void {
    const send = (): void => this.#send(PacketType.heartbeat)
    this.#heartbeat = new Heartbeat(intervalMs, send, () => this.#end({ ...closeReasons.lost, silent: true }))
  }

  #deliver(bytes: Uint8Array): void {
    if (this.#state !== 'open') return
    const received = this.#coder.decode(bytes)
    if (received?.id) this.#pending.resolve(received.id, received.body)
    else if (received?.route) this.#options.onPush(received.route, received.body)
  }

  #end(closed: Closed): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    clearTimeout(this.#deadline)
    this.#heartbeat?.stop()
    this.socket.close(codeToSend(closed))
    this.#pending.rejectAll(new RequestError(503, `connection ended: ${closed.reason}`))
    this.#closed.resolve(closed)
  }
}

/** Returns the error of a request that finds no connection. */
export function notConnected(): RequestError {
  return new RequestError(503, 'not connected')
}

function codeToSend({ code, silent }: Closed): number {
  // not 1000, should the server wake up: its client has not said goodbye
  if (silent) return closeReasons.heartbeat.code
  return code >= firstPrivateCode ? code : closeReasons.client.code
}

/** A client may close a WebSocket with 1000 or with a code from here on. */
const firstPrivateCode = 3000
