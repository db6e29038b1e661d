import type { ConnectedSession, SessionClaims, SessionHome } from './frontend.ts'

/** The sessions of one frontend, by id and by uid. */
export class SessionRegistry implements SessionHome {
  readonly #byId = new Map<number, ConnectedSession>()
  readonly #byUid = new Map<string, Set<ConnectedSession>>()
  #nextId = 1
  claims: SessionClaims | undefined
  /** Called when a session is there. */
  onAdded: (session: ConnectedSession) => void = ignore
  /** Called when a session gets its uid, and when it loses it or closes. */
  onBound: (session: ConnectedSession, uid: string) => void = ignore
  onUnbound: (session: ConnectedSession, uid: string) => void = ignore
  /** Called with what a close listener of the application throws. */
  onListenerError: (error: unknown, session: ConnectedSession) => void = ignore

  get size(): number {
    return this.#byId.size
  }

  /** How many uids have sessions here. */
  get users(): number {
    return this.#byUid.size
  }

  nextId(): number {
    return this.#nextId++
  }

  find(id: number): ConnectedSession | undefined {
    return this.#byId.get(id)
  }

  /** The sessions bound to `uid` here: none, one, or one for each device. */
  ofUid(uid: string): ReadonlySet<ConnectedSession> {
    return this.#byUid.get(uid) ?? none
  }

  all(): IterableIterator<ConnectedSession> {
    return this.#byId.values()
  }

  add(session: ConnectedSession): void {
    this.#byId.set(session.id, session)
    this.onAdded(session)
  }

  remove(session: ConnectedSession): void {
    if (!this.#byId.delete(session.id)) return
    if (session.uid !== null) this.unbound(session, session.uid)
  }

  bound(session: ConnectedSession, uid: string): void {
    const sessions = this.#byUid.get(uid)
    if (sessions === undefined) this.#byUid.set(uid, new Set([session]))
    else sessions.add(session)
    this.onBound(session, uid)
  }

  unbound(session: ConnectedSession, uid: string): void {
    const sessions = this.#byUid.get(uid)
    if (!sessions?.delete(session)) return
    if (sessions.size === 0) this.#byUid.delete(uid)
    this.claims?.release(session, uid)
    this.onUnbound(session, uid)
  }
}

const none: ReadonlySet<ConnectedSession> = new Set()
function ignore(): void {
  /* nobody listens yet */
}
