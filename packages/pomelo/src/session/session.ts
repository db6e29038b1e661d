import { EventEmitter } from 'node:events'
import type { AnyFunction } from '../callback.ts'
import { callBack } from '../callback.ts'
import { getLogger } from '../log.ts'

const logger = getLogger('pomelo', 'session')

/** Who a client is, once bound: an application may use texts or numbers. */
export type Uid = string | number

/** What a session carries for its application. */
export type Settings = Record<string, unknown>

/** What travels of a session. */
export interface SessionExport {
  readonly id: number
  readonly frontendId: string
  readonly uid: Uid | null
  readonly settings: Settings
}

export interface RemoteAddress {
  readonly ip: string
  readonly port: number | undefined
}

/** A client's connection, as far as a session needs it. */
export interface SessionSocket {
  readonly id: number
  readonly remoteAddress: RemoteAddress
  /** Sends what `connector.encode` has made, as pushes. */
  send(messages: readonly unknown[]): void
  /** Keeps what travels with the client's calls to other servers. */
  keep(key: string, value: unknown): void
  bind(uid: Uid): void
  unbind(): void
  /** Closes the connection; a text is told the client first. */
  disconnect(reason: unknown): void
}

/** What a session asks of the service that it belongs to. */
export interface SessionHome {
  bind(id: number, uid: Uid, callback?: unknown): void
  unbind(id: number, uid: Uid, callback?: unknown): void
  import(id: number, key: string, value: unknown, callback?: unknown): void
  importAll(id: number, settings: Readonly<Settings>, callback?: unknown): void
  remove(id: number): void
}

/** A client's session on the frontend that holds its connection. Handlers get a `FrontendSession` of it. */
export class Session {
  readonly id: number
  readonly frontendId: string
  uid: Uid | null = null
  readonly settings: Settings = {}
  readonly __socket__: SessionSocket
  readonly __sessionService__: SessionHome
  readonly #emitter = new EventEmitter()
  #closed = false

  constructor(frontendId: string, socket: SessionSocket, home: SessionHome) {
    this.id = socket.id
    this.frontendId = frontendId
    this.__socket__ = socket
    this.__sessionService__ = home
  }

  toFrontendSession(): FrontendSession {
    return new FrontendSession(this)
  }

  bind(uid: Uid): void {
    this.uid = uid
    this.__socket__.bind(uid)
    this.emit('bind', uid)
  }

  unbind(uid: Uid): void {
    this.uid = null
    this.__socket__.unbind()
    this.emit('unbind', uid)
  }

  /** Sets one setting, or all of an object. */
  set(key: string | Readonly<Settings>, value?: unknown): void {
    if (typeof key === 'object') {
      for (const [name, each] of Object.entries(key)) this.set(name, each)
      return
    }
    this.settings[key] = value
    this.__socket__.keep(key, value)
  }

  get(key: string): unknown {
    return Object.hasOwn(this.settings, key) ? this.settings[key] : undefined
  }

  remove(key: string): void {
    Reflect.deleteProperty(this.settings, key)
    this.__socket__.keep(key, undefined)
  }

  send(message: unknown): void {
    this.__socket__.send([message])
  }

  sendBatch(messages: readonly unknown[]): void {
    this.__socket__.send(messages)
  }

  /** Ends it, once: its listeners are told, then its connection closes. A text as reason is told the client. */
  closed(reason?: unknown): void {
    if (this.#closed) return
    this.#closed = true
    this.__sessionService__.remove(this.id)
    try {
      this.emit('closed', this.toFrontendSession(), reason)
    } catch (error) {
      // the application's mistake must not keep the client connected, nor others of its uid
      logger.error('a listener to the end of session %d threw: %O', this.id, error)
    }
    this.__socket__.disconnect(reason)
  }

  on(event: string, listener: AnyFunction): this {
    this.#emitter.on(event, listener)
    return this
  }

  once(event: string, listener: AnyFunction): this {
    this.#emitter.once(event, listener)
    return this
  }

  removeListener(event: string, listener: AnyFunction): this {
    this.#emitter.removeListener(event, listener)
    return this
  }

  emit(event: string, ...args: unknown[]): boolean {
    return this.#emitter.emit(event, ...args)
  }
}

/** A session as one request on its frontend sees it: what it sets is its own until it is pushed. */
export class FrontendSession {
  readonly id: number
  readonly frontendId: string
  uid: Uid | null
  readonly settings: Settings
  readonly __session__: Session
  readonly __sessionService__: SessionHome
  readonly #own = new EventEmitter()

  constructor(session: Session) {
    this.id = session.id
    this.frontendId = session.frontendId
    this.uid = session.uid
    this.settings = { ...session.settings }
    this.__session__ = session
    this.__sessionService__ = session.__sessionService__
  }

  bind(uid: Uid, callback?: unknown): void {
    this.__sessionService__.bind(this.id, uid, (error?: unknown) => {
      if (!error) this.uid = uid
      callBack(callback, error)
    })
  }

  unbind(uid: Uid, callback?: unknown): void {
    this.__sessionService__.unbind(this.id, uid, (error?: unknown) => {
      if (!error) this.uid = null
      callBack(callback, error)
    })
  }

  set(key: string, value: unknown): void {
    this.settings[key] = value
  }

  get(key: string): unknown {
    return Object.hasOwn(this.settings, key) ? this.settings[key] : undefined
  }

  push(key: string, callback?: unknown): void {
    this.__sessionService__.import(this.id, key, this.get(key), callback)
  }

  pushAll(callback?: unknown): void {
    this.__sessionService__.importAll(this.id, this.settings, callback)
  }

  /** Listens to the session itself: `session.on('closed', (session, reason) => …)`. */
  on(event: string, listener: AnyFunction): this {
    this.#own.on(event, listener)
    this.__session__.on(event, listener)
    return this
  }

  once(event: string, listener: AnyFunction): this {
    this.__session__.once(event, listener)
    return this
  }

  removeListener(event: string, listener: AnyFunction): this {
    this.#own.removeListener(event, listener)
    this.__session__.removeListener(event, listener)
    return this
  }

  /** Emits to those who listen by way of this object. */
  emit(event: string, ...args: unknown[]): boolean {
    return this.#own.emit(event, ...args)
  }

  export(): SessionExport {
    const { id, frontendId, uid, settings } = this
    return { id, frontendId, uid, settings }
  }
}
