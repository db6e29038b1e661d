import type { Codec } from '@shaddock/protocol'
import type { Session } from '../session/session.ts'

/** One message from a client, on its way to a handler. */
export interface Call<State extends object = Record<string, unknown>> {
  /** `<server type>.<module>.<method>`. */
  readonly route: string
  readonly session: Session<State>
  /** Milliseconds since the epoch; travels with the call. */
  readonly deadline: number
  /** The encoded message, untouched on servers that only forward it. */
  readonly body: Uint8Array
  /** The decoded body: what the client claims. Decoded on first use. */
  readonly message: unknown
}

export class ClientCall implements Call {
  readonly route: string
  readonly session: Session
  readonly deadline: number
  readonly body: Uint8Array
  readonly #codec: Codec
  #decoded = false
  #message: unknown

  constructor(parts: { route: string; session: Session; deadline: number; body: Uint8Array; codec: Codec }) {
    this.route = parts.route
    this.session = parts.session
    this.deadline = parts.deadline
    this.body = parts.body
    this.#codec = parts.codec
  }

  get message(): unknown {
    if (!this.#decoded) {
      this.#message = this.#codec.decode(this.route, this.body)
      this.#decoded = true
    }
    return this.#message
  }
}
