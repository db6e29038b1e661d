import type { Contract, HandlerAt, MessageArgument, PushRoute, Result, Route, Wire } from '@shaddock/protocol'
import type { Closed } from './closed.ts'

/** Whether a client can make requests: while `online`, and in `onOpen`. `closed` is final. */
export type ClientState = 'connecting' | 'online' | 'reconnecting' | 'closed'

/**
 * A connection to a Shaddock or Pomelo server that comes back by itself. `C` says what the server
 * understands.
 */
export interface Client<C extends Contract = AnyContract> extends AsyncDisposable {
  readonly state: ClientState

  /**
   * Calls a handler and resolves with its answer. Code that awaits it directly goes on before any push is
   * heard that the server sent after the answer.
   * @throws {RequestError} The server's code, or 408: no answer within the deadline; 503: no connection, or
   * it was lost with the request in flight, in which case the server may have handled it.
   * @throws {TypeError | RangeError} The message or the route cannot be encoded.
   */
  request<R extends RequestRoute<C>>(
    route: R,
    ...message: [...MessageArgument<HandlerOf<C, R>>, options?: RequestOptions]
  ): Promise<Wire<Result<HandlerOf<C, R>>>>

  /**
   * Calls a handler without asking for its answer. It is dropped when there is no connection.
   * @throws {TypeError | RangeError} The message or the route cannot be encoded.
   */
  notify<R extends RequestRoute<C>>(route: R, ...message: MessageArgument<HandlerOf<C, R>>): void

  /**
   * Listens to a push until the returned function is called. What the listener throws is reported as an
   * uncaught error, and the other listeners hear the push nevertheless.
   */
  on<P extends PushRoute<C>>(push: P, listener: (message: Wire<C['pushes'][P]>) => void): () => void

  /** Listens to every push, before the listeners of `on`, until the returned function is called. */
  onAny(listener: (push: string, message: unknown) => void): () => void

  /**
   * Listens to changes of `state` until the returned function is called. `reason` comes with the last two.
   */
  onState(listener: (state: ClientState, reason?: Closed) => void): () => void

  /** Ends the connection for good. Requests in flight are rejected with 503. */
  close(): void
}

export interface RequestOptions {
  /** How long to wait for the answer. @default `ConnectOptions.timeoutMs` */
  readonly timeoutMs?: number
}

/** What a client assumes that was given no contract: any route, any message, any push. */
export interface AnyContract extends Contract {
  servers: Record<string, object>
  // `any`: a listener may then declare what it expects to hear
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  pushes: Record<string, any>
}

type Untyped<C extends Contract> = string extends keyof C['servers'] ? true : false

/** The routes of a contract. */
export type RequestRoute<C extends Contract> = Untyped<C> extends true ? string : Route<C>

/** The handler method of a contract at a route. */
export type HandlerOf<C extends Contract, R extends string> =
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  Untyped<C> extends true ? (message?: unknown) => any : HandlerAt<C, R>
