import type { Codec } from '@shaddock/protocol'
import type { Bus } from '../bus/bus.ts'
import { frontsSubject } from '../bus/subjects.ts'
import { encodePush } from '../channel/inbox.ts'
import type { Rpc } from '../cluster/rpc.ts'
import { decodeValue, encodeValue } from '../cluster/values.ts'
import { ServerError } from '../errors.ts'
import type { ServerInfo } from '../server-info.ts'
import type { ConnectedSession } from '../session/frontend.ts'
import type { SessionRegistry } from '../session/registry.ts'

/**
 * The sessions of all frontends, from any server. Nothing is kept: the frontends that are there are asked, each with one
 * message, so what they answer is so, whichever servers have died. One that does not answer is named as `missing`.
 */
export interface Sessions<Pushes extends object = Record<string, unknown>> {
  /** Says where a user is connected. */
  find(uid: string, options?: AskOptions): Promise<Found>
  /** Says which of these users are connected. @throws {ServerError} `TOO_LARGE`: too many for one message of the bus. */
  online(uids: readonly string[], options?: AskOptions): Promise<Online>
  /** Counts who is connected. */
  count(options?: AskOptions): Promise<Count>
  /** Closes all connections of a user; with a `reason`, its clients are told it first. They do not come back by themselves. */
  kick(uid: string, reason?: string, options?: AskOptions): Promise<Kicked>
  /**
   * Sends a message to all sessions of some users, in a channel or not. At most once, in order with what this server
   * pushes otherwise. Who is not connected is passed over.
   * @throws {TypeError} JSON cannot carry the message.
   * @throws {ServerError} `TOO_LARGE`: it is larger than a packet may be, 16 MB.
   */
  pushTo<R extends keyof Pushes & string>(uids: readonly string[], route: R, message: Pushes[R]): void
}

export interface AskOptions {
  /** How long a frontend may take to answer, in milliseconds. @default `callTimeoutMs` of cluster.json */
  readonly timeoutMs?: number
}

/** What the frontends that answered said, taken together. */
export interface Answered {
  /** The ids of the frontends that did not answer: nobody knows who is there. Empty when the answer is whole. */
  readonly missing: readonly string[]
}

export interface Found extends Answered {
  readonly sessions: readonly SessionPlace[]
}

/** Where one session of a user is. */
export interface SessionPlace {
  readonly uid: string
  readonly frontendId: string
  /** Unique within one life of its frontend. */
  readonly sessionId: number
  /** Unique among all sessions. */
  readonly key: string
}

export interface Online extends Answered {
  readonly uids: ReadonlySet<string>
}

export interface Count extends Answered {
  /** All connections, also of those who have not said who they are. */
  readonly connections: number
  /** Users by their uid. Who is on two frontends is counted on both. */
  readonly users: number
}

export interface Kicked extends Answered {
  /** How many sessions the user had. */
  readonly sessions: number
}

const names = {
  find: '$sessions.find',
  online: '$sessions.online',
  count: '$sessions.count',
  kick: '$sessions.kick',
} as const

export interface SessionsOptions {
  readonly rpc: Rpc
  readonly bus: Bus
  readonly codec: Codec
  /** All servers that are there. */
  readonly servers: () => readonly ServerInfo[]
  readonly callTimeoutMs: number
}

/** Returns what an application asks about the sessions of all frontends. */
export function createSessions(options: SessionsOptions): Sessions {
  const { rpc, bus, codec, servers, callTimeoutMs } = options
  const frontends = () => servers().filter((server) => server.frontend)

  /** What it resolves with was encoded by the service of that name, below. */
  async function ask(name: string, argument: unknown, { timeoutMs = callTimeoutMs }: AskOptions = {}) {
    const payload = encodeValue(argument)
    const deadline = Date.now() + timeoutMs
    const asked = frontends()
    const outcomes = await Promise.allSettled(
      asked.map((frontend) => rpc.call(frontend, name, payload, deadline)),
    )
    const answers: unknown[] = []
    const missing: string[] = []
    for (const [index, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') answers.push(decodeValue(outcome.value))
      else if (isSilence(outcome.reason)) missing.push(asked[index]!.id)
      else throw outcome.reason
    }
    return { answers, missing }
  }

  return {
    async find(uid, options) {
      const { answers, missing } = await ask(names.find, uid, options)
      return { sessions: (answers as SessionPlace[][]).flat(), missing }
    },
    async online(uids, options) {
      const { answers, missing } = await ask(names.online, uids, options)
      return { uids: new Set((answers as string[][]).flat()), missing }
    },
    async count(options) {
      const { answers, missing } = await ask(names.count, undefined, options)
      const counts = answers as Omit<Count, 'missing'>[]
      return {
        connections: sum(counts.map(({ connections }) => connections)),
        users: sum(counts.map(({ users }) => users)),
        missing,
      }
    },
    async kick(uid, reason, options) {
      const { answers, missing } = await ask(names.kick, [uid, reason], options)
      return { sessions: sum(answers as number[]), missing }
    },
    pushTo(uids, route, message) {
      const body = codec.encode(route, message)
      const push = encodePush('users', { key: JSON.stringify(uids), route, body })
      for (const type of new Set(frontends().map((frontend) => frontend.type)))
        bus.publish(frontsSubject(type), push)
    },
  }
}

/** Serves that on a frontend. */
export function serveClusterSessions(rpc: Rpc, sessions: SessionRegistry): void {
  function serve(name: string, answer: (argument: never) => unknown): void {
    // what another server of this application sends is what `createSessions` encodes
    rpc.serve(name, async (payload) => encodeValue(await answer(decodeValue(payload) as never)))
  }
  serve(names.find, (uid: string) => [...sessions.ofUid(uid)].map((session) => placeOf(session, uid)))
  serve(names.online, (uids: string[]) => uids.filter((uid) => sessions.ofUid(uid).size > 0))
  serve(names.count, () => ({ connections: sessions.size, users: sessions.users }))
  serve(names.kick, async ([uid, reason]: [string, string | null]) => {
    // a copy: each leaves the set as it closes
    const kicked = [...sessions.ofUid(uid)]
    await Promise.all(kicked.map((session) => session.kick(reason ?? undefined)))
    return kicked.length
  })
}

function placeOf({ id, frontendId, key }: ConnectedSession, uid: string): SessionPlace {
  return { uid, frontendId, sessionId: id, key }
}

/** Whether nobody answered, rather than somebody something else. */
function isSilence(error: unknown): boolean {
  return error instanceof ServerError && silences.has(error.code)
}

const silences = new Set(['TIMEOUT', 'NO_SERVER', 'BUSY'])

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
