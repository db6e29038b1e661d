import type { Address } from './address.ts'
import { formatAddress } from './address.ts'
import { Opcode } from './framing.ts'
import type { Heartbeats } from './heartbeats.ts'
import { LoadError } from './load-error.ts'
import { Pending } from './pending.ts'
import type { Conversation, Outgoing, Protocol } from './protocol.ts'
import { Stream } from './stream.ts'
import { noTimestamp, writeTimestamp } from './timestamp.ts'

/** What the connections of a run share. */
export interface ConnectionOptions {
  readonly protocol: Protocol
  readonly heartbeats: Heartbeats
  /** How long connecting, and each request of a login, may take. */
  readonly timeoutMs: number
  readonly localAddress?: string
}

/** What becomes of a connection. Ranges of bytes are good until the call returns. */
export interface ConnectionEvents {
  /** A request of `send` was answered, which was due at `dueMs`. */
  onAnswer(dueMs: number, bytes: Buffer, start: number, end: number): void
  onDelivery(bytes: Buffer, start: number, end: number): void
  /** It is closed, and not by `close`. */
  onClose(reason: string): void
}

/** A message ready to be sent again and again. */
export interface Prepared {
  readonly isRequest: boolean
  readonly bytes: Buffer
  readonly idAt: number
  readonly timestampsAt: readonly number[]
}

/** A client's connection to a server that it shook hands with. */
export class Connection {
  readonly #address: Address
  readonly #options: ConnectionOptions
  readonly #events: ConnectionEvents
  readonly #stream: Stream
  readonly #pending: Pending
  readonly #waiting = new Map<number, (answer: Buffer) => void>()
  readonly #opened = Promise.withResolvers<undefined>()
  #onFailure: (error: LoadError) => void = () => undefined
  #conversation: Conversation | undefined
  #isOpen = false

  private constructor(address: Address, options: ConnectionOptions, events: ConnectionEvents) {
    this.#address = address
    this.#options = options
    this.#events = events
    this.#pending = new Pending(options.protocol.ids)
    this.#stream = new Stream(
      address,
      {
        onOpen: () => this.#begin(),
        onPayload: (bytes, start, end) => this.#talk().receive(bytes, start, end),
        onClose: (reason) => this.#onClose(reason),
      },
      options.localAddress,
    )
  }

  /** Connects and shakes hands. @throws {LoadError} the server is not there, refuses, or takes too long. */
  static async open(
    address: Address,
    options: ConnectionOptions,
    events: ConnectionEvents,
  ): Promise<Connection> {
    const connection = new Connection(address, options, events)
    try {
      await connection.#within(connection.#opened.promise, `connecting to ${formatAddress(address)}`)
    } catch (error) {
      connection.close()
      throw error
    }
    connection.#isOpen = true
    return connection
  }

  /** When the bytes came that are being read, by `performance.now()`. */
  get readAtMs(): number {
    return this.#stream.readAtMs
  }

  get closed(): boolean {
    return this.#stream.closed
  }

  /** How many requests wait for their answer. */
  get inFlight(): number {
    return this.#pending.size
  }

  /** Sends a request and resolves with its answer's body. @throws {LoadError} none came. */
  async request(route: string, body: Buffer): Promise<Buffer> {
    const id = this.#put(this.prepare({ type: 'request', route, body }), performance.now())
    if (id === -1) throw new LoadError(`${route}: too many requests wait for an answer`)
    const { promise, resolve } = Promise.withResolvers<Buffer>()
    this.#waiting.set(id, resolve)
    this.flush()
    return this.#within(promise, route)
  }

  prepare(message: Outgoing): Prepared {
    const { bytes, idAt, isText = false } = this.#talk().encode(message)
    const framed = this.#stream.framing.wrap(bytes, isText ? Opcode.text : Opcode.binary)
    return {
      isRequest: message.type === 'request',
      bytes: framed,
      idAt: framed.length - bytes.length + idAt,
      timestampsAt: placesOf(noTimestamp, framed),
    }
  }

  /** Pushes of this route are deliveries from here on. */
  watch(route: string | undefined): void {
    this.#talk().watch(route)
  }

  /** Queues a message for `flush`. Returns whether it could: the connection is open and an id is free. */
  send(message: Prepared, dueMs: number): boolean {
    return !this.#stream.closed && this.#put(message, dueMs) !== -1
  }

  /** Writes what is queued. */
  flush(): void {
    this.#stream.flush()
  }

  /** Reads no more, as a client does whose machine is busy. */
  pause(): void {
    this.#stream.pause()
  }

  /** Reads on. */
  resume(): void {
    this.#stream.resume()
  }

  /** Gives up the requests that were due before `beforeMs`, and returns when that was. */
  giveUp(beforeMs: number): number[] {
    return this.#pending.takeOlder(beforeMs)
  }

  close(): void {
    this.#stream.close()
    this.#onFailure(new LoadError('closed'))
  }

  #begin(): void {
    const { framing } = this.#stream
    this.#conversation = this.#options.protocol.converse({
      say: (payload, isText = false) =>
        this.#stream.push(framing.wrap(payload, isText ? Opcode.text : Opcode.binary)),
      onReady: () => this.#opened.resolve(undefined),
      onAnswer: (id, bytes, start, end) => this.#onAnswer(id, bytes, start, end),
      onDelivery: this.#events.onDelivery.bind(this.#events),
      onHeartbeat: (afterMs, answer) => this.#options.heartbeats.add(afterMs, () => this.#beat(answer)),
      onKick: (reason) => this.#stream.expectClose(reason),
    })
  }

  #beat(answer: Uint8Array): void {
    this.#stream.push(this.#stream.framing.wrap(answer))
    this.flush()
  }

  #put(message: Prepared, dueMs: number): number {
    const { isRequest, bytes, idAt, timestampsAt } = message
    const id = isRequest ? this.#pending.add(dueMs) : 0
    if (id === -1) return -1
    if (isRequest) this.#talk().writeId(bytes, idAt, id)
    for (const at of timestampsAt) writeTimestamp(bytes, at, dueMs)
    const copy = Buffer.allocUnsafe(bytes.length)
    bytes.copy(copy)
    this.#stream.push(copy)
    return id
  }

  #onAnswer(id: number, bytes: Buffer, start: number, end: number): void {
    const dueMs = this.#pending.take(id)
    // answered twice, or after nobody waited any more
    if (Number.isNaN(dueMs)) return
    const resolve = this.#waiting.size > 0 ? this.#waiting.get(id) : undefined
    if (!resolve) return this.#events.onAnswer(dueMs, bytes, start, end)
    this.#waiting.delete(id)
    resolve(Buffer.from(bytes.subarray(start, end)))
  }

  #onClose(reason: string): void {
    this.#onFailure(new LoadError(`closed: ${reason}`))
    if (this.#isOpen) this.#events.onClose(reason)
  }

  /** Resolves as `task` does. @throws {LoadError} the time is over, or the connection closes, before. */
  async #within<T>(task: Promise<T>, what: string): Promise<T> {
    const failure = Promise.withResolvers<never>()
    const fail = (error: LoadError) => failure.reject(new LoadError(`${what}: ${error.message}`))
    const { timeoutMs } = this.#options
    const timer = setTimeout(() => fail(new LoadError(`nothing within ${timeoutMs} ms`)), timeoutMs)
    this.#onFailure = fail
    try {
      return await Promise.race([task, failure.promise])
    } finally {
      clearTimeout(timer)
      this.#onFailure = () => undefined
    }
  }

  #talk(): Conversation {
    if (!this.#conversation) throw new LoadError('the connection is not open')
    return this.#conversation
  }
}

function placesOf(text: string, bytes: Buffer): number[] {
  const places: number[] = []
  for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + text.length)) places.push(at)
  return places
}
