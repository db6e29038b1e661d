import type { Msg, NatsConnection } from '@nats-io/transport-node'
import { ServerError } from '../errors.ts'
import type { BusTraffic } from './bus.ts'
import { Turn } from '../turn.ts'

export interface NatsLineOptions {
  readonly maxQueuedBytes: number
  /** How often NATS has to give a sign. */
  readonly signMs: number
  /** Where its messages are counted, with the names on them; the library's own twenty bytes a message are not. */
  readonly traffic: BusTraffic
  /** Takes what NATS complains of, and what a listener throws. */
  readonly onError: (error: unknown) => void
}

/** A message that NATS has brought. */
export interface NatsMessage {
  readonly subject: string
  /** Where NATS would have said that nobody hears it; empty if nowhere. */
  readonly reply: string
  readonly data: Buffer
  /** Whether it is that: NATS's word that nobody has heard a message. */
  readonly isUnheard: boolean
}

/** One connection to NATS, for as long as it holds. */
export class NatsLine {
  /** Resolves when it holds no more, with the reason if there is one. */
  readonly lost: Promise<unknown>
  /** The longest message that NATS takes, in bytes. */
  readonly maxPayload: number
  readonly #connection: NatsConnection
  readonly #options: NatsLineOptions
  readonly #refusal = Promise.withResolvers<string>()
  readonly #turn = new Turn<() => void>((writes) => writes.forEach((write) => write()))
  readonly #signs: NodeJS.Timeout
  #servers: readonly string[]
  /** Bytes that wait here, and those of which NATS has not said yet that it has them. */
  #queuedBytes = 0
  /** Those of them that NATS has not been asked about. */
  #unaskedBytes = 0
  /** How often nothing was heard of NATS when something should have been. */
  #silence = 0
  #isClosed = false
  #cause: unknown

  constructor(connection: NatsConnection, options: NatsLineOptions) {
    this.#connection = connection
    this.#options = options
    this.maxPayload = connection.info?.max_payload ?? 0
    this.#servers = connection.info?.connect_urls ?? []
    this.#signs = setInterval(() => this.#listenForSign(), options.signMs).unref()
    this.lost = connection.closed().then((error) => {
      clearInterval(this.#signs)
      return this.#cause ?? error
    })
    void this.#watch()
  }

  /** Resolves when NATS does not allow something, with its words. */
  get refused(): Promise<string> {
    return this.#refusal.promise
  }

  /** The addresses of all servers of the cluster, as far as they tell. */
  get servers(): readonly string[] {
    return this.#servers
  }

  get full(): boolean {
    return this.#queuedBytes >= this.#options.maxQueuedBytes
  }

  /**
   * Returns whether so many bytes more may wait to be published. If not, the line closes: to drop one message of many
   * would break their order unseen.
   */
  reserve(bytes: number): boolean {
    if (this.#isClosed) return false
    if (this.full) {
      this.close(new ServerError('BUSY', `${this.#options.maxQueuedBytes} bytes wait to be sent to NATS`))
      return false
    }
    this.#queuedBytes += bytes
    return true
  }

  /** Takes back what was reserved and will not be published. */
  release(bytes: number): void {
    this.#queuedBytes -= bytes
  }

  /** Calls `write`, which publishes, when this turn of the event loop ends: what all write then leaves together. */
  schedule(write: () => void): void {
    this.#turn.push(write)
  }

  /** Sends at once what was `reserved` so many bytes for. With `reply`, NATS says there if nobody hears it. */
  publish(subject: string, data: Uint8Array, { reply, reserved = 0 }: PublishOptions = {}): void {
    if (this.#isClosed || this.#connection.isClosed()) return
    this.#connection.publish(subject, data, reply === undefined ? undefined : { reply })
    this.#options.traffic.sentBytes += subject.length + (reply?.length ?? 0) + data.length
    this.#unaskedBytes += reserved
    if (this.#unaskedBytes >= this.#options.maxQueuedBytes / 64) void this.#askForSign()
  }

  subscribe(subject: string, onMessage: (message: NatsMessage) => void): void {
    this.#connection.subscribe(subject, {
      callback: (error, message) => {
        // told as a status too
        if (error === null) this.#hear(message, onMessage)
      },
    })
  }

  /** Resolves when NATS has what was said so far. */
  async flush(): Promise<void> {
    this.#turn.flush()
    await this.#connection.flush()
  }

  /** What was not sent is lost. */
  close(cause?: unknown): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#cause = cause
    this.#connection.close().catch(this.#options.onError)
  }

  #listenForSign(): void {
    if (++this.#silence > maxSilence) this.close(new ServerError('TIMEOUT', 'NATS is silent'))
    else void this.#askForSign()
  }

  /**
   * Asks NATS to answer when it has read all this: how much waits in the socket the library does not tell. What is long
   * is asked about piece by piece, so that a line that is slow is not taken for one that is dead.
   */
  async #askForSign(): Promise<void> {
    const bytes = this.#unaskedBytes
    this.#unaskedBytes = 0
    try {
      await this.#connection.flush()
      this.#queuedBytes -= bytes
      this.#silence = 0
    } catch {
      // lost, and with it what waited
    }
  }

  async #watch(): Promise<void> {
    for await (const status of this.#connection.status()) {
      if (status.type === 'update') this.#servers = this.#connection.info?.connect_urls ?? this.#servers
      if (status.type === 'error') this.#complain(status.error)
    }
  }

  #complain(error: Error): void {
    // it ends the connection, and is the reason
    if (error.name === 'AuthorizationError') return
    if (error.name === 'PermissionViolationError') this.#refusal.resolve(error.message)
    this.#options.onError(error)
  }

  #hear(message: Msg, onMessage: (message: NatsMessage) => void): void {
    this.#silence = 0
    const { subject, reply = '', headers } = message
    const { buffer, byteOffset, length } = message.data
    this.#options.traffic.receivedBytes += subject.length + reply.length + length
    try {
      onMessage({
        subject,
        reply,
        data: Buffer.from(buffer, byteOffset, length),
        isUnheard: length === 0 && headers?.code === noResponders,
      })
    } catch (error) {
      // of what a listener throws the library would stop to read, for good and without a word
      this.#options.onError(error)
    }
  }
}

export interface PublishOptions {
  readonly reply?: string
  readonly reserved?: number
}

const noResponders = 503

/** For how many signs NATS may be silent. */
const maxSilence = 3
