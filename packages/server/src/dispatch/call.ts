import { jsonCodec } from '@shaddock/protocol'
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
  /** Whether `body` is JSON, whatever codec the application has. */
  readonly bodyIsJson: boolean
  /** The decoded body: what the client claims. Decoded on first use. */
  readonly message: unknown
  /** Whether somebody waits for the outcome: not for that of what a client only notifies. */
  readonly isAwaited: boolean
  /** The server that a filter has chosen for it, by id; otherwise the router chooses. */
  readonly server: string | undefined
  /** Returns the same call with something changed, for a filter to hand on: `next(call.with({ message }))`. */
  with(change: CallChange): Call<State>
}

/** What a filter may change of a call. */
export interface CallChange {
  /** Anything that JSON can carry. */
  readonly message?: unknown
  /** The id of the server that handles it, of the route's type. It counts on frontends, for calls that they forward. */
  readonly server?: string
}

export interface CallParts {
  readonly route: string
  readonly session: Session
  readonly deadline: number
  readonly body: Uint8Array
  readonly codec: Codec
  readonly isAwaited?: boolean
  readonly server?: string
}

export class ClientCall implements Call {
  readonly route: string
  readonly session: Session
  readonly deadline: number
  readonly body: Uint8Array
  readonly isAwaited: boolean
  readonly server: string | undefined
  readonly #codec: Codec
  #decoded = false
  #message: unknown

  constructor({ route, session, deadline, body, codec, isAwaited = true, server }: CallParts) {
    this.route = route
    this.session = session
    this.deadline = deadline
    this.body = body
    this.isAwaited = isAwaited
    this.server = server
    this.#codec = codec
  }

  get bodyIsJson(): boolean {
    return this.#codec === jsonCodec
  }

  get message(): unknown {
    if (!this.#decoded) {
      this.#message = this.#codec.decode(this.route, this.body)
      this.#decoded = true
    }
    return this.#message
  }

  with(change: CallChange): ClientCall {
    const codec = 'message' in change ? jsonCodec : this.#codec
    const body = 'message' in change ? jsonCodec.encode(this.route, change.message) : this.body
    const server = change.server ?? this.server
    const { route, session, deadline, isAwaited } = this
    return new ClientCall({
      ...{ route, session, deadline, isAwaited, body, codec },
      ...(server !== undefined && { server }),
    })
  }
}
