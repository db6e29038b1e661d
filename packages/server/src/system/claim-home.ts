import { addressOf } from '../bus/subjects.ts'
import type { Rpc } from '../cluster/rpc.ts'
import { decodeValue, encodeValue } from '../cluster/values.ts'
import { ServerError } from '../errors.ts'
import type { Log } from '../log.ts'
import type { ServerAddress } from '../server-info.ts'
import { homeOf } from './roster.ts'
import type { Roster, View } from './roster.ts'

/** What frontends say to one another about who may be logged in as whom. */
export const claimNames = {
  /** To a uid's home: may this session have it? */
  claim: '$claims.claim',
  release: '$claims.release',
  /** To each frontend, whenever one has come or gone: these claims are yours to keep, and there are no more. */
  restore: '$claims.restore',
  /** To a frontend that has come: it may have been away, and not know it. Tell me of your claims. */
  recall: '$claims.recall',
  /** To a session's frontend: does it still have that uid? */
  isHeld: '$claims.isHeld',
  /** To a session's frontend: close it, another one has its uid. */
  replace: '$claims.replace',
} as const

export interface Claimant {
  readonly frontend: ServerAddress
  readonly sessionId: number
}

/** A session that has its uid since `at`, by the clock of the home that gave it. */
interface Claim extends Claimant {
  readonly at: number
}

/** What a home is asked. The `mark` is that of the asker's view; null if it insists, whatever this server sees. */
export type ClaimRequest = readonly [mark: string | null, uid: string, claimant: Claimant]

/** Since when the session has the uid; `moved`: ask again, the servers do not agree yet on who decides. */
export type ClaimAnswer = number | 'taken' | 'moved'

/** Claims of one frontend: a part of them, or the last part. */
export type Restored = readonly [
  mark: string,
  frontend: ServerAddress,
  claims: readonly (readonly [uid: string, sessionId: number, at: number])[],
  isLast: boolean,
]

export interface ClaimHomeOptions {
  readonly rpc: Rpc
  readonly self: ServerAddress
  readonly roster: Roster
  readonly policy: 'newest' | 'refuse'
  /** How long to wait until the servers agree on who is there, and for one that does not answer. */
  readonly patienceMs: number
  readonly log: Log
}

/**
 * Keeps the claims to those uids that this frontend is the home of: one claim a uid. It decides one after the other, and
 * not before every frontend that it sees has named the claims that it has.
 */
export class ClaimHome {
  readonly #options: ClaimHomeOptions
  readonly #claims = new Map<string, Claim>()
  /** By the address of a frontend: the view for which it has named all its claims. */
  readonly #restored = new Map<string, string>()
  /** The latest decision on a uid, while there is one to make. */
  readonly #turns = new Map<string, Promise<unknown>>()

  constructor(options: ClaimHomeOptions) {
    this.#options = options
    const { rpc } = options
    // what another server of this application sends is what `Claims` encodes
    rpc.serve(claimNames.claim, async (payload, deadline) =>
      encodeValue(await this.#claim(decodeValue(payload) as ClaimRequest, deadline)),
    )
    rpc.serve(claimNames.release, async (payload) => {
      this.#release(...(decodeValue(payload) as [string, Claimant]))
      return nothing
    })
    rpc.serve(claimNames.restore, async (payload) =>
      encodeValue(this.#restore(decodeValue(payload) as Restored)),
    )
  }

  get size(): number {
    return this.#claims.size
  }

  /** Forgets what another frontend keeps now, and who is gone; asks who has come. */
  async onView(view: View, previous: View): Promise<void> {
    const { roster, self } = this.#options
    const here = new Set(view.frontends.map(addressOf))
    const before = new Set(previous.frontends.map(addressOf))
    // to a server that has just begun they all come by themselves
    const come = before.size === 0 ? [] : view.frontends.filter((other) => !before.has(addressOf(other)))
    for (const frontend of come) void roster.persist(view, () => this.#recall(frontend, view))
    for (const address of this.#restored.keys()) if (!here.has(address)) this.#restored.delete(address)
    for await (const [uid, { frontend }] of inTurns(this.#claims)) {
      if (roster.view !== view) return
      if (homeOf(uid, view).id !== self.id || !here.has(addressOf(frontend))) this.#claims.delete(uid)
    }
  }

  async #recall(frontend: ServerAddress, { mark }: View): Promise<boolean> {
    const recalled = this.#ask(frontend, claimNames.recall, [mark, this.#options.self.id])
    return recalled.then(
      (accepted) => decodeValue(accepted) as boolean,
      () => false,
    )
  }

  async #claim([mark, uid, claimant]: ClaimRequest, deadline: number): Promise<ClaimAnswer> {
    const { roster, patienceMs } = this.#options
    const { view } = roster
    const insists = mark === null
    if (!insists && mark !== view.mark) return 'moved'
    return this.#inTurn(uid, async () => {
      while (roster.view === view && !this.#isWhole(view))
        await roster.wait(view.since + patienceMs - performance.now())
      // its asker waits no more
      if (Date.now() > deadline) return 'moved'
      if (!insists && roster.view !== view) return 'moved'
      return this.#decide(uid, claimant)
    })
  }

  async #decide(uid: string, claimant: Claimant): Promise<ClaimAnswer> {
    const holder = this.#claims.get(uid)
    if (holder !== undefined && !isSame(holder, claimant)) {
      if (this.#options.policy === 'newest') await this.#replace(uid, holder)
      else if (await this.#isHeld(uid, holder)) return 'taken'
    }
    const at = Math.max(Date.now(), (holder?.at ?? 0) + 1)
    this.#claims.set(uid, { ...claimant, at })
    return at
  }

  #release(uid: string, claimant: Claimant): void {
    const holder = this.#claims.get(uid)
    if (holder !== undefined && isSame(holder, claimant)) this.#claims.delete(uid)
  }

  /** Returns false while the servers do not agree on who keeps what. */
  #restore([mark, frontend, claims, isLast]: Restored): boolean {
    const { roster, log } = this.#options
    if (mark !== roster.view.mark) return false
    for (const [uid, sessionId, at] of claims) {
      const holder = this.#claims.get(uid)
      const claim = { frontend, sessionId, at }
      if (holder === undefined || isSame(holder, claim)) this.#claims.set(uid, claim)
      else
        this.#inTurn(uid, () => this.#settle(uid, claim)).catch((error: unknown) =>
          log.error({ err: error, uid }, 'two sessions of a user could not be made one'),
        )
    }
    if (isLast) {
      this.#restored.set(addressOf(frontend), mark)
      roster.stir()
    }
    return true
  }

  /** Two have the uid: servers had lost sight of one another. The newest stays, under either policy. */
  async #settle(uid: string, claim: Claim): Promise<void> {
    const holder = this.#claims.get(uid)
    if (holder !== undefined && !isSame(holder, claim)) {
      if (holder.at > claim.at && (await this.#isHeld(uid, holder))) return this.#replace(uid, claim)
      await this.#replace(uid, holder)
    }
    this.#claims.set(uid, claim)
  }

  /** Whether nothing is unknown of who has what; or who does not say it has been waited for long enough. */
  #isWhole({ frontends, mark, since }: View): boolean {
    if (performance.now() - since >= this.#options.patienceMs) return true
    return frontends.every((frontend) => this.#restored.get(addressOf(frontend)) === mark)
  }

  async #isHeld(uid: string, { frontend, sessionId }: Claim): Promise<boolean> {
    try {
      return decodeValue(await this.#ask(frontend, claimNames.isHeld, [uid, sessionId])) as boolean
    } catch (error) {
      // one that is there and does not answer may be back in a moment
      return !(error instanceof ServerError && error.code === 'NO_SERVER')
    }
  }

  /** Resolves when the session is closed, or its frontend will close it as soon as it does anything at all. */
  async #replace(uid: string, { frontend, sessionId }: Claim): Promise<void> {
    await this.#ask(frontend, claimNames.replace, [uid, sessionId]).catch(() => undefined)
  }

  #ask(frontend: ServerAddress, name: string, argument: unknown): Promise<Uint8Array> {
    const { rpc, patienceMs } = this.#options
    return rpc.call(frontend, name, encodeValue(argument), Date.now() + patienceMs)
  }

  /** Runs `act` when all that was begun for the uid has ended. */
  async #inTurn<T>(uid: string, act: () => Promise<T>): Promise<T> {
    const turn = Promise.resolve(this.#turns.get(uid)).then(act)
    const ended = turn.catch(() => undefined)
    this.#turns.set(uid, ended)
    try {
      return await turn
    } finally {
      if (this.#turns.get(uid) === ended) this.#turns.delete(uid)
    }
  }
}

/** Goes through many entries without holding up the event loop. */
export async function* inTurns<K, V>(entries: Iterable<[K, V]>): AsyncGenerator<[K, V]> {
  let count = 0
  for (const entry of entries) {
    yield entry
    if (++count % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
}

function isSame(one: Claimant, other: Claimant): boolean {
  return one.sessionId === other.sessionId && addressOf(one.frontend) === addressOf(other.frontend)
}

const nothing = encodeValue(undefined)
