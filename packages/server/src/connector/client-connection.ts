import {
  closeReasons,
  decodeHandshakeRequest,
  decodeMessage,
  encodeHandshakeAnswer,
  encodePacket,
  encodeResponsePacket,
  handshakeAnswer,
  maxPacketBodyBytes,
  MessageType,
  PacketType,
  ProtocolError,
} from '@shaddock/protocol'
import type {
  Awaitable,
  CloseReason,
  Codec,
  HandshakeRequest,
  Message,
  RouteDictionary,
} from '@shaddock/protocol'
import type { ConnectorConfig } from '../config/config.ts'
import { ClientCall } from '../dispatch/call.ts'
import type { Dispatch } from '../dispatch/dispatcher.ts'
import { errorReply, ServerError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ServerAddress } from '../server-info.ts'
import { ConnectedSession } from '../session/frontend.ts'
import type { SessionRegistry } from '../session/registry.ts'
import type { Timer, TimerWheel } from '../timer-wheel.ts'
import type { Connection, ConnectionHandler } from '../transport/transport.ts'

/**
 * Decides on a client's handshake: what it returns is the `user` of the answer; what it throws refuses the client.
 * The request is what the client claims.
 */
export type Greet = (request: HandshakeRequest, remoteAddress: string) => Awaitable<unknown>

export interface ClientConnectionOptions {
  readonly self: ServerAddress
  readonly sessions: SessionRegistry
  readonly config: ConnectorConfig
  readonly callTimeoutMs: number
  readonly dictionary: RouteDictionary | undefined
  readonly greet: Greet | undefined
  readonly dispatch: Dispatch
  readonly codec: Codec
  readonly timers: TimerWheel
  readonly log: Log
}

/**
 * `fresh`: nothing but a handshake counts. `greeting`: the application decides on it. `greeted`: the answer is sent,
 * nothing but the ack counts. `working`: messages flow. `closed`: over.
 */
type State = 'fresh' | 'greeting' | 'greeted' | 'working' | 'closed'

/** One client's way through the protocol, from its first packet to its last. */
export class ClientConnection implements ConnectionHandler {
  readonly session: ConnectedSession
  readonly #connection: Connection
  readonly #options: ClientConnectionOptions
  readonly #onClosed: (client: ClientConnection) => void
  #state: State = 'fresh'
  #timer: Timer
  #heardAt = 0
  #pendingRequests = 0

  constructor(
    connection: Connection,
    options: ClientConnectionOptions,
    onClosed: (client: ClientConnection) => void,
  ) {
    this.#connection = connection
    this.#options = options
    this.#onClosed = onClosed
    this.session = new ConnectedSession(options.self, options.sessions, connection)
    this.#timer = options.timers.schedule(options.config.handshakeTimeoutMs, () =>
      this.close(closeReasons.handshake),
    )
  }

  onPacket(type: PacketType, body: Uint8Array): void {
    this.#heardAt = performance.now()
    switch (type) {
      case PacketType.handshake:
        if (this.#state === 'fresh') void this.#onHandshake(body)
        return
      case PacketType.ack:
        if (this.#state === 'greeted') this.#onAck()
        return
      case PacketType.heartbeat:
        if (this.#state === 'working' && this.#heartbeatMs > 0) this.#connection.send(heartbeatPacket)
        return
      case PacketType.data:
        // what comes before the ack is ignored: the protocol has no answer for it yet
        if (this.#state === 'working') this.#onData(body)
        return
      case PacketType.kick:
        this.close(closeReasons.protocol)
    }
  }

  onClose(reason: CloseReason): void {
    this.#state = 'closed'
    this.#timer.cancel()
    this.session.end(reason)
    this.#onClosed(this)
  }

  close(reason: CloseReason): void {
    this.#connection.close(reason)
  }

  get #heartbeatMs(): number {
    return this.#options.config.heartbeatSeconds * 1_000
  }

  async #onHandshake(body: Uint8Array): Promise<void> {
    this.#state = 'greeting'
    const { config, dictionary, greet, log } = this.#options
    try {
      const request = decodeHandshakeRequest(body)
      const user = await greet?.(request, this.#connection.remoteAddress)
      if (this.#closed) return
      const heartbeatSeconds = config.heartbeatSeconds > 0 ? config.heartbeatSeconds : undefined
      this.#answer(encodeHandshakeAnswer(handshakeAnswer({ heartbeatSeconds, dictionary, user }, request)))
      this.#state = 'greeted'
    } catch (error) {
      // whoever refuses on purpose throws a ServerError: strangers must not fill the log
      const expected = error instanceof ProtocolError || error instanceof ServerError
      log[expected ? 'debug' : 'warn']({ err: error, session: this.session.id }, 'handshake refused')
      this.#answer(encodeHandshakeAnswer({ code: 500 }))
      this.close(closeReasons.refused)
    }
  }

  #answer(body: Uint8Array): void {
    this.#connection.send(encodePacket(PacketType.handshake, body))
  }

  #onAck(): void {
    this.#state = 'working'
    this.#timer.cancel()
    if (this.#heartbeatMs === 0) return
    // clients send their first heartbeat when they have got one
    this.#connection.send(heartbeatPacket)
    this.#expectHeartbeat(2 * this.#heartbeatMs)
  }

  /** Looks again when the client has been silent long enough, rather than at each packet. */
  #expectHeartbeat(delayMs: number): void {
    this.#timer = this.#options.timers.schedule(delayMs, () => {
      const silentMs = performance.now() - this.#heardAt
      const leftMs = 2 * this.#heartbeatMs - silentMs
      if (leftMs > 0) this.#expectHeartbeat(leftMs)
      else this.close(closeReasons.heartbeat)
    })
  }

  #onData(bytes: Uint8Array): void {
    let message: Message
    try {
      message = decodeMessage(bytes, this.#options.dictionary)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#options.log.debug({ err: error, session: this.session.id }, 'closed for a malformed message')
      this.close(closeReasons.protocol)
      return
    }
    if (message.type === MessageType.response) return
    if (message.id === 0) this.#notify(message)
    else this.#request(message)
  }

  #request({ idBytes, route, body }: Message): void {
    this.#dispatch(route, body).then(
      (answer) => this.#respond(idBytes, answer, route),
      (error: unknown) => this.#refuse(idBytes, error, route),
    )
  }

  #notify({ route, body }: Message): void {
    this.#dispatch(route, body).then(
      () => this.#pendingRequests--,
      (error: unknown) => {
        this.#pendingRequests--
        this.#report(error, route)
      },
    )
  }

  /** Whoever calls it counts `#pendingRequests` down. No async function: it would cost each request promises. */
  #dispatch(route: string | undefined, body: Uint8Array): Promise<Uint8Array> {
    const { config, callTimeoutMs, codec, dispatch } = this.#options
    this.#pendingRequests++
    if (route === undefined || route === '') {
      return Promise.reject(new ServerError('NOT_FOUND', 'no such route'))
    }
    if (this.#pendingRequests > config.maxPendingRequests) {
      const why = `${config.maxPendingRequests} requests of this session wait already`
      return Promise.reject(new ServerError('BUSY', why))
    }
    const deadline = Date.now() + callTimeoutMs
    return dispatch(new ClientCall({ route, session: this.session, deadline, body, codec }))
  }

  #respond(idBytes: Uint8Array, answer: Uint8Array, route: string | undefined): void {
    if (answer.length > maxAnswerBytes) {
      this.#refuse(idBytes, answerTooLarge(answer), route)
      return
    }
    this.#pendingRequests--
    if (!this.#closed) this.#connection.send(encodeResponsePacket(idBytes, answer))
  }

  #refuse(idBytes: Uint8Array, error: unknown, route: string | undefined): void {
    this.#pendingRequests--
    const refusal = this.#refusal(error, route)
    if (!this.#closed) this.#connection.send(encodeResponsePacket(idBytes, refusal))
  }

  #refusal(error: unknown, route: string | undefined): Uint8Array {
    this.#report(error, route)
    const { codec } = this.#options
    try {
      const reply = codec.encode(route ?? '', errorReply(error))
      if (reply.length > maxAnswerBytes) throw answerTooLarge(reply)
      return reply
    } catch (replyError) {
      // its `reply` is nothing that JSON carries, or too much of it
      this.#report(replyError, route)
      return codec.encode(route ?? '', errorReply(replyError))
    }
  }

  /** What is a `ServerError` was meant, or has been logged where it happened. */
  #report(error: unknown, route: string | undefined): void {
    const level = error instanceof ServerError ? 'debug' : 'error'
    this.#options.log[level]({ err: error, route, session: this.session.id }, 'a call failed')
  }

  get #closed(): boolean {
    return this.#state === 'closed'
  }
}

/** Leaves room in a packet for the head of a message. */
const maxAnswerBytes = maxPacketBodyBytes - 16

function answerTooLarge(answer: Uint8Array): ServerError {
  return new ServerError('TOO_LARGE', `answer of ${answer.length} bytes exceeds ${maxAnswerBytes}`)
}

const heartbeatPacket = encodePacket(PacketType.heartbeat)
