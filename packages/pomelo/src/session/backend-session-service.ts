import { callBack } from '../callback.ts'
import type { RpcInvoke } from '../rpc/message.ts'
import { BackendSession } from './backend-session.ts'
import type { BackendSessionHome } from './backend-session.ts'
import type { SessionExport, Settings, Uid } from './session.ts'

/** The sessions of all frontends, from any server: `app.get('backendSessionService')`. */
export class BackendSessionService implements BackendSessionHome {
  readonly name = '__backendSession__'
  readonly #invoke: RpcInvoke

  constructor(invoke: RpcInvoke) {
    this.#invoke = invoke
  }

  create(session: SessionExport): BackendSession {
    return new BackendSession(session, this)
  }

  /** Calls back with the session, or with nothing if there is none. */
  get(frontendId: string, id: number, callback?: unknown): void {
    this.#ask(frontendId, 'getBackendSessionBySid', [id], (error: unknown, session: unknown) => {
      if (!session) callBack(callback, error)
      else callBack(callback, null, this.create(session as SessionExport))
    })
  }

  /** Calls back with all sessions of a uid on a frontend, or with nothing if there is none. */
  getByUid(frontendId: string, uid: Uid, callback?: unknown): void {
    this.#ask(frontendId, 'getBackendSessionsByUid', [uid], (error: unknown, sessions: unknown) => {
      if (!sessions) callBack(callback, error)
      else
        callBack(
          callback,
          null,
          (sessions as SessionExport[]).map((session) => this.create(session)),
        )
    })
  }

  /** `kickBySid(frontendId, id, [reason], [callback])` */
  kickBySid(frontendId: string, id: number, ...rest: [reason?: unknown, callback?: unknown]): void {
    this.#kick(frontendId, 'kickBySid', id, rest)
  }

  kickByUid(frontendId: string, uid: Uid, ...rest: [reason?: unknown, callback?: unknown]): void {
    this.#kick(frontendId, 'kickByUid', uid, rest)
  }

  bind(frontendId: string, id: number, uid: Uid, callback?: unknown): void {
    this.#ask(frontendId, 'bind', [id, uid], callback)
  }

  unbind(frontendId: string, id: number, uid: Uid, callback?: unknown): void {
    this.#ask(frontendId, 'unbind', [id, uid], callback)
  }

  push(frontendId: string, id: number, key: string, value: unknown, callback?: unknown): void {
    this.#ask(frontendId, 'push', [id, key, value], callback)
  }

  pushAll(frontendId: string, id: number, settings: Readonly<Settings>, callback?: unknown): void {
    this.#ask(frontendId, 'pushAll', [id, settings], callback)
  }

  #kick(
    frontendId: string,
    method: string,
    who: Uid,
    [reason, callback]: readonly [reason?: unknown, callback?: unknown],
  ): void {
    const [why, done] = typeof reason === 'function' ? ['kick', reason] : [reason, callback]
    this.#ask(frontendId, method, [who, why], done)
  }

  #ask(frontendId: string, method: string, args: unknown[], callback: unknown): void {
    this.#invoke(frontendId, { namespace: 'sys', service: 'sessionRemote', method, args }, callback)
  }
}
