import { closeReasons, encodeKick, encodePacket, PacketType } from '@shaddock/protocol'
import type { Awaitable, CloseReason } from '@shaddock/protocol'
import { ServerError } from '../errors.ts'
import type { ServerAddress } from '../server-info.ts'
import type { Connection } from '../transport/transport.ts'
import type { MessageFormat } from './message-format.ts'
import { sessionKey } from './session.ts'
import type { FrontendSession } from './session.ts'
import { encodeSnapshot } from './snapshot.ts'

type CloseListener = (reason: CloseReason) => Awaitable<void>

/** Decides whether a session may have its uid, where a user may be logged in only once. */
export interface SessionClaims {
  /** @throws {ServerError} `DENIED`: another session has it, on whichever frontend. */
  claim(session: ConnectedSession, uid: string): Promise<void>
  /** The session has it no more, or never got it. */
  release(session: ConnectedSession, uid: string): void
}

/** Where the sessions of a frontend are found. */
export interface SessionHome {
  /** Absent where a user may be logged in any number of times. */
  readonly claims?: SessionClaims | undefined
  nextId(): number
  add(session: ConnectedSession): void
  remove(session: ConnectedSession): void
  bound(session: ConnectedSession, uid: string): void
  unbound(session: ConnectedSession, uid: string): void
  /** Takes what a close listener of the application throws. */
  onListenerError(error: unknown, session: ConnectedSession): void
}

/** A session on the frontend that holds its connection. */
export class ConnectedSession implements FrontendSession {
  readonly id: number
  readonly connection: Connection
  /** How its messages are written; undefined before the handshake. */
  format: MessageFormat | undefined
  readonly #frontend: ServerAddress
  readonly #registry: SessionHome
  #uid: string | null = null
  /** The uid that is claimed for it. */
  #binding: { readonly uid: string; readonly done: Promise<void> } | undefined
  #state: Record<string, unknown> | undefined
  /** Encoded when it is first needed after a change. A text: few bytes of a shared piece would keep all of it. */
  #snapshot: string | undefined
  #closeListeners: Set<CloseListener> | undefined
  #closeReason: CloseReason | undefined

  constructor(frontend: ServerAddress, registry: SessionHome, connection: Connection) {
    this.id = registry.nextId()
    this.connection = connection
    this.#frontend = frontend
    this.#registry = registry
    registry.add(this)
  }

  get frontendId(): string {
    return this.#frontend.id
  }

  get key(): string {
    return sessionKey({ id: this.id, frontendId: this.#frontend.id, incarnation: this.#frontend.incarnation })
  }

  get uid(): string | null {
    return this.#uid
  }

  /** Who it is, or is about to be. */
  get claimedUid(): string | null {
    return this.#uid ?? this.#binding?.uid ?? null
  }

  get remoteAddress(): string {
    return this.connection.remoteAddress
  }

  get closed(): boolean {
    return this.#closeReason !== undefined
  }

  /** What travels with its calls to back ends. */
  get snapshot(): string {
    this.#snapshot ??= encodeSnapshot({
      id: this.id,
      frontendId: this.#frontend.id,
      incarnation: this.#frontend.incarnation,
      uid: this.#uid,
      state: this.#state ?? {},
    })
    return this.#snapshot
  }

  bind(uid: string): Promise<void> {
    return settled(() => {
      this.#mustBeOpen()
      // it comes from a client more often than not, and through a handler that did not look
      if (typeof uid !== 'string' || uid === '') throw new ServerError('BAD_MESSAGE', 'a uid is a text')
      const { claimedUid } = this
      if (claimedUid === uid) return this.#binding?.done
      if (claimedUid !== null) {
        throw new ServerError('DENIED', `session ${this.id} is bound to ${claimedUid}, not to ${uid}`)
      }
      const { claims } = this.#registry
      if (claims === undefined) return this.#become(uid)
      const done = this.#claim(claims, uid)
      this.#binding = { uid, done }
      return done
    })
  }

  async #claim(claims: SessionClaims, uid: string): Promise<void> {
    const { promise: closed, reject } = Promise.withResolvers<never>()
    const undo = this.onClose(() => reject(this.#gone()))
    try {
      await Promise.race([claims.claim(this, uid), closed])
      this.#become(uid)
    } catch (error) {
      claims.release(this, uid)
      throw error
    } finally {
      undo()
      this.#binding = undefined
    }
  }

  #become(uid: string): void {
    this.#mustBeOpen()
    this.#uid = uid
    this.#snapshot = undefined
    this.#registry.bound(this, uid)
  }

  unbind(): Promise<void> {
    return settled(() => {
      this.#mustBeOpen()
      const uid = this.#uid
      if (uid === null) return
      this.#uid = null
      this.#snapshot = undefined
      this.#registry.unbound(this, uid)
    })
  }

  get(key: string): unknown {
    return this.#state?.[key]
  }

  get state(): Readonly<Record<string, unknown>> {
    return { ...this.#state }
  }

  set(key: string, value: unknown): void {
    // without a prototype, so that no key is special
    this.#state ??= Object.create(null) as Record<string, unknown>
    this.#state[key] = value
    this.#snapshot = undefined
  }

  push(): Promise<void> {
    return settled(() => {
      this.#mustBeOpen()
    })
  }

  kick(reason?: string): Promise<void> {
    return settled(() => {
      if (this.closed) return
      if (reason !== undefined) this.connection.send(encodePacket(PacketType.kick, encodeKick({ reason })))
      this.connection.close(closeReasons.kicked)
    })
  }

  /** Closes the connection because the user has another one now. */
  replace(): void {
    if (this.closed) return
    const { reason, code } = closeReasons.replaced
    // the close code alone would not reach a client on TCP
    this.connection.send(encodePacket(PacketType.kick, encodeKick({ reason, code })))
    this.connection.close(closeReasons.replaced)
  }

  onClose(listener: CloseListener): () => void {
    if (this.#closeReason !== undefined) {
      this.#tell(listener, this.#closeReason)
      return () => false
    }
    this.#closeListeners ??= new Set()
    this.#closeListeners.add(listener)
    return () => this.#closeListeners?.delete(listener)
  }

  /** Ends it, when its connection has closed: it leaves the registry, then its listeners are told. */
  end(reason: CloseReason): void {
    if (this.closed) return
    this.#closeReason = reason
    const listeners = this.#closeListeners
    this.#closeListeners = undefined
    this.#registry.remove(this)
    for (const listener of listeners ?? []) this.#tell(listener, reason)
  }

  #tell(listener: CloseListener, reason: CloseReason): void {
    Promise.resolve(reason)
      .then(listener)
      .catch((error: unknown) => this.#registry.onListenerError(error, this))
  }

  #mustBeOpen(): void {
    if (this.closed) throw this.#gone()
  }

  #gone(): ServerError {
    return new ServerError('GONE', `session ${this.id} of ${this.frontendId} is closed`)
  }
}

/** Runs `act` now; what it throws becomes the promise's rejection. */
async function settled(act: () => Awaitable<void>): Promise<void> {
  return act()
}
