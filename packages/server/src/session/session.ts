import type { Awaitable, CloseReason } from '@shaddock/protocol'

/**
 * A client's identity on its connection. The frontend that holds the connection owns it; a back end gets a
 * stand-in with the same face, made anew for each call. `State` is the application's.
 */
export interface Session<State extends object = Record<string, unknown>> {
  /** Unique within one life of its frontend, from 1. */
  readonly id: number
  readonly frontendId: string
  /** Unique among all sessions, of all lives of all frontends. */
  readonly key: string
  /** Who it is, once `bind` has said so. */
  readonly uid: string | null
  /**
   * Says who it is. Binding the same uid again does nothing.
   * @throws {ServerError} `DENIED`: bound to another uid; or another session has this one, and `secondLogin` is `refuse`. `GONE`: the connection is closed. `BAD_MESSAGE`: no text or
   * an empty one, as of a client that leaves it out.
   */
  bind(uid: string): Promise<void>
  /** Forgets who it is. @throws {ServerError} `GONE`: the connection is closed. */
  unbind(): Promise<void>
  get<K extends keyof State>(key: K): State[K] | undefined
  /** All that `get` would give, as it is now. */
  readonly state: Readonly<Partial<State>>
  /** On the frontend this holds at once; on a back end it is seen by this call alone until `push`. */
  set<K extends keyof State>(key: K, value: State[K]): void
  /** Sends what `set` changed since to the frontend. Does nothing there. @throws {ServerError} `GONE`: the connection is closed. */
  push(): Promise<void>
  /** Closes the connection; with a `reason`, the client is told it first. Does nothing once closed. */
  kick(reason?: string): Promise<void>
}

/** A session on the frontend that holds its connection. */
export interface FrontendSession<State extends object = Record<string, unknown>> extends Session<State> {
  readonly remoteAddress: string
  readonly closed: boolean
  /** Calls `listener` once when the connection has closed, at once if it has already. Returns the undo. */
  onClose(listener: (reason: CloseReason) => Awaitable<void>): () => void
}

/** Returns what no other session, of any life of any frontend, is called. */
export function sessionKey({ id, frontendId, incarnation }: SessionAddress): string {
  return `${frontendId}@${incarnation}/${id}`
}

/** What a back end needs of a session's frontend. */
export interface SessionCalls {
  bind(session: SessionAddress, uid: string): Promise<void>
  unbind(session: SessionAddress): Promise<void>
  push(session: SessionAddress, changes: ReadonlyMap<string, unknown>): Promise<void>
  kick(session: SessionAddress, reason?: string): Promise<void>
}

/** Where a session lives. */
export interface SessionAddress {
  readonly id: number
  readonly frontendId: string
  readonly incarnation: number
}

/** A session as it travels with a call. */
export interface SessionSnapshot extends SessionAddress {
  readonly uid: string | null
  readonly state: Readonly<Record<string, unknown>>
}
