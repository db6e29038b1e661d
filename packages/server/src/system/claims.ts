import type { Rpc } from '../cluster/rpc.ts'
import { decodeValue, encodeValue } from '../cluster/values.ts'
import { ServerError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ServerAddress, ServerInfo } from '../server-info.ts'
import type { ConnectedSession, SessionClaims } from '../session/frontend.ts'
import type { SessionRegistry } from '../session/registry.ts'
import { claimNames, inTurns } from './claim-home.ts'
import type { Claimant, ClaimAnswer, ClaimRequest, Restored } from './claim-home.ts'
import { homeOf } from './roster.ts'
import type { Roster, View } from './roster.ts'

export interface ClaimsOptions {
  readonly rpc: Rpc
  readonly self: ServerAddress
  readonly roster: Roster
  readonly sessions: SessionRegistry
  readonly callTimeoutMs: number
  /** How long to wait until the servers agree on who is there. */
  readonly patienceMs: number
  readonly log: Log
}

interface Held {
  readonly session: ConnectedSession
  readonly at: number
}

/** How long to wait before asking again those who do not agree on who is there. */
const retryMs = 50
/** Claims in one message: some 40 KB. */
const partSize = 1_000

/** The uids that this frontend's sessions have been given, each by the frontend that is its home. */
export class Claims implements SessionClaims {
  readonly #options: ClaimsOptions
  readonly #self: ServerAddress
  readonly #held = new Map<string, Held>()

  constructor(options: ClaimsOptions) {
    const { rpc, self } = options
    this.#options = options
    this.#self = { id: self.id, incarnation: self.incarnation }
    // what another server of this application sends is what `ClaimHome` encodes
    rpc.serve(claimNames.isHeld, async (payload) =>
      encodeValue(this.#find(...(decodeValue(payload) as [string, number])) !== undefined),
    )
    rpc.serve(claimNames.recall, async (payload) =>
      encodeValue(this.#onRecall(...(decodeValue(payload) as [string, string]))),
    )
    rpc.serve(claimNames.replace, async (payload) => {
      this.#find(...(decodeValue(payload) as [string, number]))?.replace()
      return encodeValue(undefined)
    })
  }

  async claim(session: ConnectedSession, uid: string): Promise<void> {
    const { roster, callTimeoutMs, patienceMs } = this.#options
    const startedAt = Date.now()
    for (;;) {
      const { view } = roster
      const insists = Date.now() - startedAt > patienceMs
      const request = [insists ? null : view.mark, uid, this.#claimantOf(session)] as const
      const answer = await this.#ask(homeOf(uid, view), request, startedAt + callTimeoutMs)
      if (session.closed) throw this.#abandon(session, uid)
      // what another home says by now is what counts
      if (roster.view !== view) continue
      if (answer === 'taken') throw new ServerError('DENIED', `${uid} is logged in already`)
      if (answer !== 'moved') {
        this.#held.set(uid, { session, at: answer })
        return
      }
      await roster.wait(retryMs)
    }
  }

  release(session: ConnectedSession, uid: string): void {
    const { rpc, roster } = this.#options
    if (this.#held.get(uid)?.session === session) this.#held.delete(uid)
    rpc.tell(homeOf(uid, roster.view), claimNames.release, encodeValue([uid, this.#claimantOf(session)]))
  }

  /** Tells every frontend which claims are its to keep now. */
  async onView(view: View): Promise<void> {
    await this.#restoreTo(view.frontends, view)
  }

  #onRecall(mark: string, homeId: string): boolean {
    const { roster, log } = this.#options
    const { view } = roster
    if (mark !== view.mark) return false
    const homes = view.frontends.filter(({ id }) => id === homeId)
    this.#restoreTo(homes, view).catch((error: unknown) =>
      log.error({ err: error }, 'claims are not restored'),
    )
    return true
  }

  async #restoreTo(homes: readonly ServerInfo[], view: View): Promise<void> {
    const byHome = new Map<ServerInfo, [string, Held][]>(homes.map((home) => [home, []]))
    for await (const [uid, held] of inTurns(this.#held)) {
      if (this.#options.roster.view !== view) return
      byHome.get(homeOf(uid, view))?.push([uid, held])
    }
    await Promise.all([...byHome].map(([home, claims]) => this.#restore(home, claims, view)))
  }

  async #restore(home: ServerInfo, claims: readonly [string, Held][], view: View): Promise<void> {
    const { roster } = this.#options
    for (let at = 0; at === 0 || at < claims.length; at += partSize) {
      const isLast = at + partSize >= claims.length
      const tell = () => this.#tell(home, view, claims.slice(at, at + partSize), isLast)
      if (!(await roster.persist(view, tell))) return
    }
  }

  async #tell(home: ServerInfo, { mark }: View, claims: readonly [string, Held][], isLast: boolean) {
    const { rpc, callTimeoutMs } = this.#options
    // as it is now: who was released meanwhile is not claimed again
    const part = claims.filter(([uid, held]) => this.#held.get(uid) === held)
    const triples = part.map(([uid, { session, at }]) => [uid, session.id, at] as const)
    const restored: Restored = [mark, this.#self, triples, isLast]
    const deadline = Date.now() + callTimeoutMs
    // it may be gone, and another view is about to say so; or it has too much to do
    return rpc.call(home, claimNames.restore, encodeValue(restored), deadline).then(
      (accepted) => decodeValue(accepted) as boolean,
      () => false,
    )
  }

  async #ask(home: ServerInfo, request: ClaimRequest, deadline: number): Promise<ClaimAnswer> {
    try {
      const answer = await this.#options.rpc.call(home, claimNames.claim, encodeValue(request), deadline)
      return decodeValue(answer) as ClaimAnswer
    } catch (error) {
      if (error instanceof ServerError && error.code === 'NO_SERVER') return 'moved'
      throw error
    }
  }

  /** The session may have got the uid, for nothing. */
  #abandon(session: ConnectedSession, uid: string): ServerError {
    this.release(session, uid)
    return new ServerError('GONE', `session ${session.id} is closed`)
  }

  #find(uid: string, sessionId: number): ConnectedSession | undefined {
    const session = this.#options.sessions.find(sessionId)
    return session?.claimedUid === uid ? session : undefined
  }

  #claimantOf(session: ConnectedSession): Claimant {
    return { frontend: this.#self, sessionId: session.id }
  }
}
