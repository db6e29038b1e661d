import type { App } from '../app.ts'
import { callBack } from '../callback.ts'
import type { Component } from '../component.ts'
import { servicesOf } from '../services.ts'
import type { Uid } from '../session/session.ts'

/** `app.get('statusService')` of pomelo-status-plugin: who is connected, on whichever frontend. The frontends are asked. */
export class StatusService implements Component {
  readonly name = '__status__'
  readonly #app: App

  constructor(app: App) {
    this.#app = app
    app.set('statusService', this, true)
  }

  /** Calls back with the ids of the frontends that a user is connected to. */
  getSidsByUid(uid: Uid, callback?: unknown): void {
    this.#sidsOf(uid).then(
      (sids) => callBack(callback, null, sids),
      (error: unknown) => callBack(callback, error),
    )
  }

  getStatusByUid(uid: Uid, callback?: unknown): void {
    this.#sidsOf(uid).then(
      (sids) => callBack(callback, null, sids.length > 0),
      (error: unknown) => callBack(callback, error),
    )
  }

  /** Calls back with an object that says of each uid whether it is connected. */
  getStatusByUids(uids: readonly Uid[], callback?: unknown): void {
    this.#native.sessions.online(uids.map(String)).then(
      ({ uids: online }) =>
        callBack(callback, null, Object.fromEntries(uids.map((uid) => [uid, online.has(String(uid))]))),
      (error: unknown) => callBack(callback, error),
    )
  }

  /** Calls back with the uids that could not be reached. */
  pushByUids(uids: readonly Uid[], route: string, message: unknown, callback?: unknown): void {
    Promise.all(uids.map(async (uid) => (await this.#sidsOf(uid)).map((sid) => ({ uid, sid })))).then(
      (found) => {
        const absent = uids.filter((_, index) => found[index]?.length === 0)
        const members = found.flat()
        if (members.length === 0) return callBack(callback, null, absent)
        servicesOf(this.#app).channels.pushMessageByUids(
          route,
          message,
          members,
          (error: unknown, fails: Uid[] = []) => callBack(callback, error, [...absent, ...fails]),
        )
      },
      (error: unknown) => callBack(callback, error),
    )
  }

  /** Who is connected is known without. */
  add(_uid: Uid, _sid: string, callback?: unknown): void {
    callBack(callback, null)
  }

  leave(_uid: Uid, _sid: string, callback?: unknown): void {
    callBack(callback, null)
  }

  get #native() {
    return servicesOf(this.#app).uplink.native
  }

  async #sidsOf(uid: Uid): Promise<string[]> {
    const { sessions } = await this.#native.sessions.find(String(uid))
    return [...new Set(sessions.map(({ frontendId }) => frontendId))]
  }
}
