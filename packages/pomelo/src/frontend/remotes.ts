import { callBack } from '../callback.ts'
import type { PushOptions } from '../push/scheduler.ts'
import type { SessionService } from '../session/session-service.ts'
import type { Settings, Uid } from '../session/session.ts'
import type { ConnectorComponent } from './connector.ts'

/** What other servers ask of a frontend: the services `channelRemote` and `sessionRemote` of the namespace `sys`. */
export function createFrontendRemotes(connector: ConnectorComponent, sessions: SessionService) {
  return {
    channelRemote: createChannelRemote(connector),
    sessionRemote: createSessionRemote(sessions),
  }
}

function createChannelRemote(connector: ConnectorComponent) {
  return {
    /** Calls back with the uids that are not connected here. */
    pushMessage(
      route: string,
      message: unknown,
      uids: readonly Uid[],
      opts: PushOptions | null,
      callback?: unknown,
    ): void {
      connector.pushToUids(route, message, uids, opts ?? {}, callback)
    },
    broadcast(route: string, message: unknown, opts: PushOptions | null, callback?: unknown): void {
      connector.send(null, route, message, null, opts ?? {}, callback)
    },
  }
}

function createSessionRemote(sessions: SessionService) {
  return {
    bind: (id: number, uid: Uid, callback: unknown) => sessions.bind(id, uid, callback),
    unbind: (id: number, uid: Uid, callback: unknown) => sessions.unbind(id, uid, callback),
    push: (id: number, key: string, value: unknown, callback: unknown) =>
      sessions.import(id, key, value, callback),
    pushAll: (id: number, settings: Settings, callback: unknown) =>
      sessions.importAll(id, settings, callback),
    getBackendSessionBySid(id: number, callback: unknown) {
      callBack(callback, null, sessions.get(id)?.toFrontendSession().export())
    },
    getBackendSessionsByUid(uid: Uid, callback: unknown) {
      callBack(
        callback,
        null,
        sessions.getByUid(uid)?.map((session) => session.toFrontendSession().export()),
      )
    },
    kickBySid: (id: number, reason: unknown, callback: unknown) =>
      sessions.kickBySessionId(id, reason, callback),
    kickByUid: (uid: Uid, reason: unknown, callback: unknown) => sessions.kick(uid, reason, callback),
  }
}
