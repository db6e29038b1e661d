import type { Call } from 'shaddock'
import type { BackendSession } from '../session/backend-session.ts'
import type { FrontendSession } from '../session/session.ts'

/** A client's message as global filters and route functions see it. */
export interface Envelope {
  /** Not the client's own number: 0 where it waits for no answer. */
  id: number
  type: number
  route: string
  body: unknown
}

/** A call on this server: what all its filters and its handler share. */
export class Request {
  readonly session: FrontendSession | BackendSession
  readonly #call: Call
  #message: { readonly value: unknown } | undefined
  /** What the handler answered, for the global filters. */
  response: unknown

  constructor(call: Call, session: FrontendSession | BackendSession) {
    this.#call = call
    this.session = session
  }

  get route(): string {
    return this.#call.route
  }

  get isAwaited(): boolean {
    return this.#call.isAwaited
  }

  /** The message, decoded when it is first asked for. What is nothing is an empty object. */
  get message(): unknown {
    this.#message ??= { value: this.#call.message || {} }
    return this.#message.value
  }

  set message(value: unknown) {
    this.#message = { value: value || {} }
  }

  /** The message for a handler: it knows its route, if it can. */
  get marked(): unknown {
    const { message } = this
    if (typeof message === 'object' && message !== null)
      (message as Record<string, unknown>)['__route__'] = this.route
    return message
  }

  /** An envelope whose body is decoded only when it is looked at. */
  toEnvelope(): Envelope {
    const read = () => this.message
    const write = (value: unknown) => (this.message = value)
    const { isAwaited, route } = this
    const envelope = { id: isAwaited ? 1 : 0, type: isAwaited ? 0 : 1, route }
    return Object.defineProperty(envelope, 'body', { get: read, set: write, enumerable: true }) as Envelope
  }
}
