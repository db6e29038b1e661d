import {
  closeReasons,
  decodeHandshakeRequest,
  encodeHandshakeAnswer,
  encodePacket,
  handshakeAnswer,
  isUnknownMessage,
  MessageType,
  PacketType,
  ProtocolError,
} from '@shaddock/protocol'
import type { Awaitable, CloseReason, HandshakeRequest, Message } from '@shaddock/protocol'
import type { ConnectorConfig } from '../config/config.ts'
import { refusalCode, ServerError } from '../errors.ts'
import type { ServerAddress } from '../server-info.ts'
import { ConnectedSession } from '../session/frontend.ts'
import type { MessageFormats } from '../session/message-format.ts'
import type { SessionRegistry } from '../session/registry.ts'
import type { Timer, TimerWheel } from '../timer-wheel.ts'
import type { Connection, ConnectionHandler } from '../transport/transport.ts'
import type { Admission } from './admission.ts'
import { ClientCalls } from './client-calls.ts'
import type { ClientCallsOptions } from './client-calls.ts'
import { createUnsign } from './signatures.ts'
import type { Unsign } from './signatures.ts'

/**
 * Decides on a client's handshake: what it returns is the `user` of the answer; what it throws refuses the client, as too old
 * if it is a `ServerError` with `reply: { code: 501 }`. The request is what the client claims.
 */
export type Greet = (request: HandshakeRequest, remoteAddress: string) => Awaitable<unknown>

/** Who wants to know how far a client has come. */
export interface ClientWatcher {
  /** It has shaken hands. */
  onReady(client: ClientConnection): void
  onClosed(client: ClientConnection): void
}

export interface ClientConnectionOptions extends ClientCallsOptions {
  readonly self: ServerAddress
  readonly sessions: SessionRegistry
  readonly config: ConnectorConfig
  readonly formats: MessageFormats
  readonly admission: Admission | undefined
  readonly greet: Greet | undefined
  readonly timers: TimerWheel
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
  readonly #watcher: ClientWatcher
  readonly #calls: ClientCalls
  #state: State = 'fresh'
  #timer: Timer
  #heardAt = 0
  /** Of a client that must sign its messages. */
  #unsign: Unsign | undefined

  constructor(connection: Connection, options: ClientConnectionOptions, watcher: ClientWatcher) {
    this.#connection = connection
    this.#options = options
    this.#watcher = watcher
    this.session = new ConnectedSession(options.self, options.sessions, connection)
    this.#calls = new ClientCalls(this.session, options)
    this.#timer = options.timers.schedule(options.config.handshakeTimeoutMs, () =>
      this.close(closeReasons.handshake),
    )
  }

  get backlogBytes(): number {
    return this.#connection.bufferedBytes
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
    this.#watcher.onClosed(this)
  }

  close(reason: CloseReason): void {
    this.#connection.close(reason)
  }

  get #heartbeatMs(): number {
    return this.#options.config.heartbeatSeconds * 1_000
  }

  get #maxSilenceMs(): number {
    const { heartbeatSeconds, heartbeatTimeoutSeconds = 2 * heartbeatSeconds } = this.#options.config
    return heartbeatTimeoutSeconds * 1_000
  }

  async #onHandshake(body: Uint8Array): Promise<void> {
    this.#state = 'greeting'
    const { config, formats, admission, greet, log } = this.#options
    const retryMs = admission?.ask() ?? 0
    // without an answer to the handshake: Pomelo's clients come back when the connection is lost, not when they are refused
    if (retryMs > 0) return this.close({ ...closeReasons.busy, retryMs })
    try {
      const request = decodeHandshakeRequest(body)
      if (config.signing) this.#unsign = createUnsign(request.sys.rsa)
      const user = await greet?.(request, this.#connection.remoteAddress)
      if (this.#closed) return
      const heartbeatSeconds = config.heartbeatSeconds > 0 ? config.heartbeatSeconds : undefined
      const { dictionary, protos } = formats
      const offer = { heartbeatSeconds, dictionary, protos, user }
      this.#answer(encodeHandshakeAnswer(handshakeAnswer(offer, request)))
      this.session.format = formats.of(this.#connection.framing, request.sys)
      this.#state = 'greeted'
    } catch (error) {
      // whoever refuses on purpose throws a ServerError: strangers must not fill the log
      const expected = error instanceof ProtocolError || error instanceof ServerError
      log[expected ? 'debug' : 'warn']({ err: error, session: this.session.id }, 'handshake refused')
      this.#answer(encodeHandshakeAnswer({ code: refusalCode(error) }))
      this.close(closeReasons.refused)
    }
  }

  #answer(body: Uint8Array): void {
    this.#connection.send(encodePacket(PacketType.handshake, body))
  }

  #onAck(): void {
    this.#state = 'working'
    this.#timer.cancel()
    this.#watcher.onReady(this)
    if (this.#heartbeatMs === 0) return
    // clients send their first heartbeat when they have got one
    this.#connection.send(heartbeatPacket)
    this.#expectHeartbeat(this.#maxSilenceMs)
  }

  /** Looks again when the client has been silent long enough, rather than at each packet. */
  #expectHeartbeat(delayMs: number): void {
    this.#timer = this.#options.timers.schedule(delayMs, () => {
      const silentMs = performance.now() - this.#heardAt
      const leftMs = this.#maxSilenceMs - silentMs
      if (leftMs > 0) this.#expectHeartbeat(leftMs)
      else this.close(closeReasons.heartbeat)
    })
  }

  #onData(bytes: Uint8Array): void {
    if (isUnknownMessage(bytes)) return
    let message: Message
    try {
      message = this.session.format!.decode(bytes)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#options.log.debug({ err: error, session: this.session.id }, 'closed for a malformed message')
      this.close(closeReasons.protocol)
      return
    }
    if (message.type === MessageType.response) return
    if (this.#unsign !== undefined) {
      const body = this.#unsign(message.body)
      // as in Pomelo, who does not sign is not told
      if (body === undefined) return
      message = { ...message, body }
    }
    this.#calls.take(message)
  }

  get #closed(): boolean {
    return this.#state === 'closed'
  }
}

const heartbeatPacket = encodePacket(PacketType.heartbeat)
