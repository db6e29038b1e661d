import { encodeResponsePacket, maxPacketBodyBytes, ProtocolError } from '@shaddock/protocol'
import type { Codec, Message } from '@shaddock/protocol'
import type { ConnectorConfig } from '../config/config.ts'
import { ClientCall } from '../dispatch/call.ts'
import type { Dispatch } from '../dispatch/dispatcher.ts'
import { errorReply, ServerError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ConnectedSession } from '../session/frontend.ts'
import type { MessageFormat } from '../session/message-format.ts'

export interface ClientCallsOptions {
  readonly config: ConnectorConfig
  readonly callTimeoutMs: number
  readonly codec: Codec
  readonly dispatch: Dispatch
  readonly log: Log
}

/** The calls of one client: each request is answered, and only so many may wait at a time. */
export class ClientCalls {
  readonly #session: ConnectedSession
  readonly #options: ClientCallsOptions
  #pending = 0

  constructor(session: ConnectedSession, options: ClientCallsOptions) {
    this.#session = session
    this.#options = options
  }

  /** Takes a message of a client that has shaken hands: a request, or a notify, whose `id` is 0. */
  take(message: Message): void {
    if (message.id === 0) this.#notify(message)
    else this.#request(message)
  }

  #request({ idBytes, route, body }: Message): void {
    this.#dispatch(route, body, true).then(
      (answer) => this.#respond(idBytes, answer, route),
      (error: unknown) => this.#refuse(idBytes, error, route),
    )
  }

  #notify({ route, body }: Message): void {
    this.#dispatch(route, body, false).then(
      () => this.#pending--,
      (error: unknown) => {
        this.#pending--
        this.#report(error, route)
      },
    )
  }

  /** Whoever calls it counts `#pending` down. No async function: it would cost each request promises. */
  #dispatch(route: string | undefined, body: Uint8Array, isAwaited: boolean): Promise<Uint8Array> {
    const { config, callTimeoutMs, codec, dispatch } = this.#options
    this.#pending++
    try {
      if (route === undefined || route === '') throw new ServerError('NOT_FOUND', 'no such route')
      if (this.#pending > config.maxPendingRequests) {
        throw new ServerError('BUSY', `${config.maxPendingRequests} requests of this session wait already`)
      }
      const json = this.#toJson(route, body)
      const deadline = Date.now() + callTimeoutMs
      const session = this.#session
      return dispatch(new ClientCall({ route, session, deadline, body: json, codec, isAwaited }))
    } catch (error) {
      return Promise.reject(error)
    }
  }

  #toJson(route: string, body: Uint8Array): Uint8Array {
    try {
      return this.#format.toJson(route, body)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      throw new ServerError('BAD_MESSAGE', `the body is not what ${route} takes`, { cause: error })
    }
  }

  #respond(idBytes: Uint8Array, answer: Uint8Array, route: string | undefined): void {
    let body: Uint8Array
    try {
      body = this.#toBody(route, answer)
    } catch (error) {
      body = this.#refusal(error, route)
    }
    this.#send(idBytes, body)
  }

  #refuse(idBytes: Uint8Array, error: unknown, route: string | undefined): void {
    this.#send(idBytes, this.#refusal(error, route))
  }

  #send(idBytes: Uint8Array, body: Uint8Array): void {
    this.#pending--
    if (!this.#session.closed) this.#session.connection.send(encodeResponsePacket(idBytes, body))
  }

  /** @throws {ServerError} `TOO_LARGE` */
  #toBody(route: string | undefined, json: Uint8Array): Uint8Array {
    const body = this.#format.answer(route ?? '', json)
    if (body.length <= maxAnswerBytes) return body
    throw new ServerError('TOO_LARGE', `answer of ${body.length} bytes exceeds ${maxAnswerBytes}`)
  }

  #refusal(error: unknown, route: string | undefined): Uint8Array {
    this.#report(error, route)
    const { codec } = this.#options
    try {
      return this.#toBody(route, codec.encode(route ?? '', errorReply(error)))
    } catch (replyError) {
      // its `reply` is nothing that JSON carries, or too much of it
      this.#report(replyError, route)
      return this.#toBody(route, codec.encode(route ?? '', errorReply(replyError)))
    }
  }

  /** What is a `ServerError` was meant, or has been logged where it happened. */
  #report(error: unknown, route: string | undefined): void {
    const level = error instanceof ServerError ? 'debug' : 'error'
    this.#options.log[level]({ err: error, route, session: this.#session.id }, 'a call failed')
  }

  /** Of a client that has shaken hands. */
  get #format(): MessageFormat {
    return this.#session.format!
  }
}

/** Leaves room in a packet for the head of a message. */
const maxAnswerBytes = maxPacketBodyBytes - 16
