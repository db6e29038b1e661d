import type { App } from '../app.ts'
import type { AnyFunction } from '../callback.ts'
import type { Session } from '../session/session.ts'
import type { SessionService } from '../session/session-service.ts'
import type { PushOptions } from './scheduler.ts'

/** Returns the sessions of a frontend that a push goes to. Who has gone meanwhile is not among them. */
export function receiversOf(
  app: App,
  message: unknown,
  receivers: readonly number[] | null,
  opts: PushOptions,
): Session[] {
  const sessions = app.get('sessionService') as SessionService
  if (receivers !== null) return receivers.flatMap((id) => sessions.get(id) ?? [])
  const all: Session[] = []
  const visit = (session: Session) => void all.push(session)
  const { binded, filterParam } = opts.userOptions ?? opts
  if (binded) sessions.forEachBindedSession(visit)
  else sessions.forEachSession(visit)
  const { broadcastFilter } = (app.get('channelService') ?? {}) as { broadcastFilter?: unknown }
  if (typeof broadcastFilter !== 'function') return all
  return all.filter((session) =>
    (broadcastFilter as AnyFunction).call(undefined, session, message, filterParam),
  )
}
