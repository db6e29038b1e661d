import { jsonCodec } from '@shaddock/protocol'
import { type HostAddress, toUrl } from './address.ts'
import { type Backoff, backoffMs } from './backoff.ts'
import type { Closed } from './closed.ts'
import type { Coder, Received } from './coder.ts'
import { Link } from './link.ts'
import { callSafely, type Listener, Listeners } from './listeners.ts'
import { pageProtoStore } from './proto-store.ts'
import { createSigningKey, type SigningKey } from './signing/signing-key.ts'
import type { WebSocketConstructor, WebSocketLike } from './socket.ts'
import type { Timer } from './timer.ts'

/** What Pomelo's `init` takes. */
export interface PomeloOptions extends HostAddress {
  /** What the server's `handshake` hook is told about this client. */
  readonly user?: unknown
  /** Hears what that hook answered. */
  readonly handshakeCallback?: Answer
  /** Whether to come back after a loss: 5 s later, then after twice the time. @default false */
  readonly reconnect?: boolean
  /** How many attempts may fail in a row. @default 10 */
  readonly maxReconnectAttempts?: number
  /** Replaces the messages of requests and notifies; an `id` of 0 is a notify. */
  readonly encode?: Coder['encode']
  /** Replaces the reading of answers and pushes. */
  readonly decode?: Coder['decode']
  /** Has no effect. */
  readonly log?: boolean
  /** Whether to sign messages, for servers that insist. Nothing is encrypted. @default false */
  readonly encrypt?: boolean
  /** @default `globalThis.WebSocket` */
  readonly WebSocket?: WebSocketConstructor
}

// Pomelo's clients are untyped
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Answer = (body: any) => void

/**
 * The face of Pomelo's browser client, for pages written for it. Pushes are events by their route. The others
 * are `io-error`, `error` (`handshake fail`, `client version not fullfill`), `heartbeat timeout`, `onKick`,
 * `close`, `disconnect` and `reconnect`.
 *
 * Unlike the original it does not come back after a kick, a refusal or `disconnect()`.
 */
export class Pomelo {
  readonly #events = new Listeners()
  #link: Link | undefined
  #ownCoder: Coder | undefined
  #timer: Timer | undefined
  /** Of a client that signs its messages. */
  #key: SigningKey | undefined
  /** Since the last time a connection was made. */
  #failedAttempts = 0

  constructor() {
    // pages take them off the object, as they could with the original
    this.init = this.init.bind(this)
    this.request = this.request.bind(this)
    this.notify = this.notify.bind(this)
    this.disconnect = this.disconnect.bind(this)
    this.encode = this.encode.bind(this)
    this.decode = this.decode.bind(this)
  }

  /** Connects, after `disconnect()`. `onInit` is called on every connection, when it is ready. */
  init(options: PomeloOptions, onInit?: (socket: WebSocketLike) => void): void {
    this.disconnect()
    this.#failedAttempts = 0
    this.#key = options.encrypt ? (this.#key ?? createSigningKey()) : undefined
    this.#connect(options, onInit)
  }

  /**
   * Hands the body of the answer to `onAnswer`, whatever its `code`. It is not called when no answer comes.
   */
  request(route: string, onAnswer: Answer): void
  request(route: string, message: unknown, onAnswer?: Answer): void
  request(route: string, message: unknown, onAnswer?: Answer): void {
    if (!onAnswer && typeof message === 'function') return this.request(route, {}, message as Answer)
    // as in the original, the message may hold its route
    const target = route || (Object(message) as { route?: string }).route
    if (!target) return
    this.#link?.request({
      route: target,
      message: this.#sign(message || {}),
      timeoutMs: Infinity,
      resolve: (body) => callSafely(() => onAnswer?.(body)),
      reject: () => {},
    })
  }

  notify(route: string, message?: unknown): void {
    this.#link?.notify(route, this.#sign(message || {}))
  }

  disconnect(): void {
    clearTimeout(this.#timer)
    this.#link?.close()
    this.#link = undefined
  }

  /** The protocol's own `encode`, for one that is given to `init`. */
  encode(id: number, route: string, message: unknown): Uint8Array | undefined {
    return this.#ownCoder?.encode(id, route, message)
  }

  /** The protocol's own `decode`, for one that is given to `init`. */
  decode(bytes: Uint8Array): Received | undefined {
    return this.#ownCoder?.decode(bytes)
  }

  on(event: string, listener: Listener): this {
    this.#events.on(event, listener)
    return this
  }

  once(event: string, listener: Listener): this {
    this.#events.on(event, listener, { once: true })
    return this
  }

  /** Removes a listener of an event, or all of the event, or all. */
  off(event?: string, listener?: Listener): this {
    this.#events.off(event, listener)
    return this
  }

  emit(event: string, ...args: unknown[]): this {
    this.#events.emit(event, ...args)
    return this
  }

  listeners(event: string): Listener[] {
    return this.#events.listeners(event)
  }

  hasListeners(event: string): boolean {
    return this.listeners(event).length > 0
  }

  addEventListener(event: string, listener: Listener): this {
    return this.on(event, listener)
  }

  removeEventListener(event?: string, listener?: Listener): this {
    return this.off(event, listener)
  }

  removeListener(event?: string, listener?: Listener): this {
    return this.off(event, listener)
  }

  removeAllListeners(event?: string): this {
    return this.off(event)
  }

  #sign(message: unknown): unknown {
    if (!this.#key) return message
    const text = JSON.stringify(message)
    // what is signed is what the text says, not what the page's object may say later
    const copy: unknown = JSON.parse(text)
    return isObject(copy) ? { ...copy, __crypto__: this.#key.sign(text) } : copy
  }

  #connect(options: PomeloOptions, onInit: ((socket: WebSocketLike) => void) | undefined): void {
    const { host, port, user, encode, decode, handshakeCallback, WebSocket = globalThis.WebSocket } = options
    // a page that came over TLS may not connect without; in Node there is no page
    const { location } = globalThis as { location?: { protocol: string } }
    const secure = options.secure ?? location?.protocol === 'https:'
    const link = new Link({
      url: toUrl({ host, port, secure }),
      WebSocket,
      connectTimeoutMs: 10_000,
      user,
      rsa: this.#key?.rsa ?? {},
      codec: jsonCodec,
      protoStore: pageProtoStore,
      replaceCoder: (own) => {
        this.#ownCoder = own
        return { encode: encode ?? own.encode, decode: decode ?? own.decode }
      },
      onPush: (route, message) => this.#events.emit(route, message),
      onError: (event) => this.#events.emit('io-error', event),
    })
    this.#link = link
    void link.opened.then((answer) => {
      if (this.#failedAttempts > 0) this.#events.emit('reconnect')
      this.#failedAttempts = 0
      callSafely(() => handshakeCallback?.(answer))
      callSafely(() => onInit?.(link.socket))
    })
    void link.closed.then((closed) => {
      this.#tell(closed)
      // a listener may have called `init`
      if (this.#link === link && closed.reconnect) this.#comeBack(closed, options, onInit)
    })
  }

  #tell(closed: Closed): void {
    if (closed.refusal !== undefined) {
      this.#events.emit('error', closed.refusal === 501 ? 'client version not fullfill' : 'handshake fail')
    }
    if (closed.silent) this.#events.emit('heartbeat timeout')
    if (closed.kick !== undefined) this.#events.emit('onKick', { reason: closed.kick })
    this.#events.emit('close', closed)
    this.#events.emit('disconnect', closed)
  }

  #comeBack(
    { retryMs }: Closed,
    options: PomeloOptions,
    onInit: ((socket: WebSocketLike) => void) | undefined,
  ): void {
    const { reconnect = false, maxReconnectAttempts = 10 } = options
    if (!reconnect || this.#failedAttempts >= maxReconnectAttempts) return
    const pauseMs = backoffMs(backoff, this.#failedAttempts++)
    const delayMs = retryMs || pauseMs
    this.#timer = setTimeout(() => this.#connect(options, onInit), delayMs)
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

const backoff: Backoff = { minMs: 5_000, maxMs: Infinity, factor: 2, jitter: 'none' }
