import type { Codec } from '@shaddock/protocol'
import type { Groups } from './channel/groups.ts'
import type { Log } from './log.ts'
import { ConnectedSession } from './session/frontend.ts'
import type { SessionRegistry } from './session/registry.ts'
import type { FrontendSession } from './session/session.ts'

/** The clients that are connected to this server. A back end has none. */
export interface Clients<
  State extends object = Record<string, unknown>,
  Pushes extends object = Record<string, unknown>,
> {
  /** How many there are, bound or not. */
  readonly size: number
  find(id: number): FrontendSession<State> | undefined
  /** The sessions that are bound to `uid` here: none, one, or one for each device. */
  ofUid(uid: string): FrontendSession<State>[]
  all(): FrontendSession<State>[]
  /** Calls `listener` when a client has connected, before its handshake. Returns the undo. So with the others. */
  onConnect(listener: (session: FrontendSession<State>) => void): () => void
  /** Calls `listener` when a session got its uid, whichever server bound it. */
  onBind(listener: BindListener<State>): () => void
  /** Calls `listener` when a session lost its uid, also because it closed. */
  onUnbind(listener: BindListener<State>): () => void
  /**
   * Sends a message to sessions of this server, bound or not. It is encoded once. Who has closed is passed over.
   * @throws {TypeError} JSON cannot carry the message.
   */
  send<R extends keyof Pushes & string>(
    sessions: Iterable<FrontendSession<State>>,
    route: R,
    message: Pushes[R],
  ): void
}

export type BindListener<State extends object> = (session: FrontendSession<State>, uid: string) => void

/** Where the clients of a frontend are found. */
export interface ClientsSource {
  readonly sessions: SessionRegistry
  readonly groups: Groups
}

/** What `app.clients` is: made before there is anybody, so that a setup can listen. */
export class LocalClients implements Clients {
  readonly #codec: Codec
  readonly #log: Log
  readonly #connectListeners = new Set<(session: FrontendSession) => void>()
  readonly #bindListeners = new Set<BindListener<Record<string, unknown>>>()
  readonly #unbindListeners = new Set<BindListener<Record<string, unknown>>>()
  #source: ClientsSource | undefined

  constructor(codec: Codec, log: Log) {
    this.#codec = codec
    this.#log = log
  }

  get size(): number {
    return this.#source?.sessions.size ?? 0
  }

  find(id: number): ConnectedSession | undefined {
    return this.#source?.sessions.find(id)
  }

  ofUid(uid: string): ConnectedSession[] {
    return [...(this.#source?.sessions.ofUid(uid) ?? [])]
  }

  all(): ConnectedSession[] {
    return [...(this.#source?.sessions.all() ?? [])]
  }

  onConnect(listener: (session: FrontendSession) => void): () => void {
    return add(this.#connectListeners, listener)
  }

  onBind(listener: BindListener<Record<string, unknown>>): () => void {
    return add(this.#bindListeners, listener)
  }

  onUnbind(listener: BindListener<Record<string, unknown>>): () => void {
    return add(this.#unbindListeners, listener)
  }

  send(sessions: Iterable<FrontendSession>, route: string, message: unknown): void {
    const here: ConnectedSession[] = []
    for (const session of sessions) if (session instanceof ConnectedSession) here.push(session)
    if (here.length > 0) this.#source?.groups.write(here, route, this.#codec.encode(route, message))
  }

  /** A frontend is about to open to its clients. */
  open(source: ClientsSource): void {
    this.#source = source
    const { sessions } = source
    const { onBound, onUnbound } = sessions
    sessions.onAdded = (session) =>
      this.#tell(this.#connectListeners, (listener) => listener(session), session)
    sessions.onBound = (session, uid) => {
      onBound(session, uid)
      this.#tell(this.#bindListeners, (listener) => listener(session, uid), session)
    }
    sessions.onUnbound = (session, uid) => {
      onUnbound(session, uid)
      this.#tell(this.#unbindListeners, (listener) => listener(session, uid), session)
    }
  }

  /** A listener that fails must not keep a client from connecting, nor a session from being bound. */
  #tell<L>(listeners: ReadonlySet<L>, call: (listener: L) => void, session: FrontendSession): void {
    for (const listener of listeners) {
      try {
        call(listener)
      } catch (error) {
        this.#log.error({ err: error, session: session.id }, 'a listener to clients failed')
      }
    }
  }
}

function add<L>(listeners: Set<L>, listener: L): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
