import type { Rpc } from '../cluster/rpc.ts'
import { decodeValue, encodeValue } from '../cluster/values.ts'
import { ServerError } from '../errors.ts'
import type { ConnectedSession } from '../session/frontend.ts'
import type { SessionRegistry } from '../session/registry.ts'
import type { SessionAddress, SessionCalls } from '../session/session.ts'

/** How back ends change the sessions of a frontend. */
const names = {
  bind: '$session.bind',
  unbind: '$session.unbind',
  push: '$session.push',
  kick: '$session.kick',
} as const

/** Returns what a back end's sessions call. */
export function createSessionCalls(rpc: Rpc, callTimeoutMs: number): SessionCalls {
  async function call(name: string, session: SessionAddress, argument?: unknown): Promise<void> {
    const frontend = { id: session.frontendId, incarnation: session.incarnation }
    try {
      await rpc.call(frontend, name, encodeValue([session.id, argument]), Date.now() + callTimeoutMs)
    } catch (error) {
      // with its frontend, the session is gone too
      if (!(error instanceof ServerError) || error.code !== 'NO_SERVER') throw error
      throw new ServerError('GONE', `session ${session.id} is closed`, { cause: error })
    }
  }
  return {
    bind: (session, uid) => call(names.bind, session, uid),
    unbind: (session) => call(names.unbind, session),
    // JSON would make null of an undefined, which takes a value back
    push: (session, changes) => call(names.push, session, [...changes].map(withoutUndefined)),
    kick: async (session, reason) => {
      await call(names.kick, session, reason).catch(ignoreGone)
    },
  }
}

/** Who is gone needs no kick. */
function ignoreGone(error: unknown): void {
  if (!(error instanceof ServerError) || error.code !== 'GONE') throw error
}

/** Serves those calls on the frontend. */
export function serveSessions(rpc: Rpc, sessions: SessionRegistry): void {
  function serve(name: string, act: (session: ConnectedSession, argument: unknown) => Promise<void>): void {
    rpc.serve(name, async (payload) => {
      const [id, argument] = decodeValue(payload) as [number, unknown]
      const session = sessions.find(id)
      if (session === undefined) throw new ServerError('GONE', `session ${id} is closed`)
      await act(session, argument)
      return encodeValue(undefined)
    })
  }
  // what another server of this application sends is what `createSessionCalls` encodes
  serve(names.bind, (session, uid) => session.bind(uid as string))
  serve(names.unbind, (session) => session.unbind())
  serve(names.push, (session, changes) => {
    for (const [key, value] of changes as [string, unknown?][]) session.set(key, value)
    return session.push()
  })
  rpc.serve(names.kick, async (payload) => {
    const [id, reason] = decodeValue(payload) as [number, string | null]
    await sessions.find(id)?.kick(reason ?? undefined)
    return encodeValue(undefined)
  })
}

function withoutUndefined([key, value]: [string, unknown]): unknown[] {
  return value === undefined ? [key] : [key, value]
}
