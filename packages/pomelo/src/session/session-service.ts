import { callBack } from '../callback.ts'
import { Session } from './session.ts'
import type { RemoteAddress, SessionHome, SessionSocket, Settings, Uid } from './session.ts'

/** The sessions of a frontend: `app.get('sessionService')`. */
export class SessionService implements SessionHome {
  readonly name = '__session__'
  readonly singleSession: boolean
  readonly #frontendId: string
  readonly #sessions = new Map<number, Session>()
  /** By the text of the uid: 1 and '1' are one. */
  readonly #byUid = new Map<string, Session[]>()

  constructor(frontendId: string, { singleSession = false }: { readonly singleSession?: boolean } = {}) {
    this.#frontendId = frontendId
    this.singleSession = singleSession
  }

  create(socket: SessionSocket): Session {
    const session = new Session(this.#frontendId, socket, this)
    this.#sessions.set(session.id, session)
    return session
  }

  get(id: number): Session | undefined {
    return this.#sessions.get(id)
  }

  /** The sessions of a uid, or undefined if it has none here. */
  getByUid(uid: Uid): Session[] | undefined {
    return this.#byUid.get(String(uid))
  }

  bind(id: number, uid: Uid, callback?: unknown): void {
    const session = this.#sessions.get(id)
    const problem = session === undefined ? gone(id) : this.#refusal(session, uid)
    if (session !== undefined && problem === undefined && session.uid === null) {
      const sessions = this.#byUid.get(String(uid))
      if (sessions === undefined) this.#byUid.set(String(uid), [session])
      else sessions.push(session)
      session.bind(uid)
    }
    callLater(callback, problem)
  }

  unbind(id: number, uid: Uid, callback?: unknown): void {
    const session = this.#sessions.get(id)
    if (session === undefined) return callLater(callback, gone(id))
    if (session.uid === null || session.uid !== uid)
      return callLater(callback, new Error(`session has not bind with ${String(session.uid)}`))
    this.#forget(session)
    session.unbind(uid)
    callLater(callback)
  }

  remove(id: number): void {
    const session = this.#sessions.get(id)
    if (session === undefined) return
    this.#sessions.delete(id)
    this.#forget(session)
  }

  import(id: number, key: string, value: unknown, callback?: unknown): void {
    const session = this.#sessions.get(id)
    session?.set(key, value)
    callBack(callback, session === undefined ? gone(id) : undefined)
  }

  importAll(id: number, settings: Readonly<Settings>, callback?: unknown): void {
    const session = this.#sessions.get(id)
    session?.set(settings)
    callBack(callback, session === undefined ? gone(id) : undefined)
  }

  /** Closes all sessions of a uid: `kick(uid, [reason], [callback])`. */
  kick(uid: Uid, ...rest: [reason?: unknown, callback?: unknown]): void {
    close([...(this.getByUid(uid) ?? [])], rest)
  }

  kickBySessionId(id: number, ...rest: [reason?: unknown, callback?: unknown]): void {
    const session = this.#sessions.get(id)
    close(session === undefined ? [] : [session], rest)
  }

  getClientAddressBySessionId(id: number): RemoteAddress | null {
    return this.#sessions.get(id)?.__socket__.remoteAddress ?? null
  }

  /** Sends what `connector.encode` has made. Returns whether there was somebody to send it to. */
  sendMessage(id: number, message: unknown): boolean {
    const session = this.#sessions.get(id)
    session?.send(message)
    return session !== undefined
  }

  sendMessageByUid(uid: Uid, message: unknown): boolean {
    const sessions = this.getByUid(uid)
    for (const session of sessions ?? []) session.send(message)
    return sessions !== undefined
  }

  forEachSession(visit: (session: Session) => void): void {
    for (const session of [...this.#sessions.values()]) visit(session)
  }

  forEachBindedSession(visit: (session: Session) => void): void {
    for (const session of [...this.#byUid.values()].flat()) visit(session)
  }

  getSessionsCount(): number {
    return this.#sessions.size
  }

  #refusal(session: Session, uid: Uid): Error | undefined {
    if (session.uid !== null)
      return session.uid === uid
        ? undefined
        : new Error(`session has already bind with ${String(session.uid)}`)
    // what a client sends, or leaves out, comes here unchecked more often than not
    if ((typeof uid !== 'string' && typeof uid !== 'number') || uid === '')
      return new Error('a uid is a text or a number')
    if (this.singleSession && this.#byUid.has(String(uid)))
      return new Error(`singleSession is enabled, and session has already bind with uid: ${String(uid)}`)
    return undefined
  }

  #forget(session: Session): void {
    const uid = String(session.uid)
    const rest = this.#byUid.get(uid)?.filter((each) => each !== session) ?? []
    if (rest.length > 0) this.#byUid.set(uid, rest)
    else this.#byUid.delete(uid)
  }
}

function close(
  sessions: readonly Session[],
  [reason, callback]: readonly [reason?: unknown, callback?: unknown],
): void {
  // the old form: kick(uid, callback)
  const [why, done] = typeof reason === 'function' ? ['kick', reason] : [reason, callback]
  for (const session of sessions) session.closed(why)
  callLater(done)
}

function gone(id: number): Error {
  return new Error(`session does not exist, sid: ${id}`)
}

/** Callers count on that what they do next is done before they are called back. */
function callLater(callback: unknown, error?: Error): void {
  if (typeof callback === 'function') process.nextTick(callback, error)
}
