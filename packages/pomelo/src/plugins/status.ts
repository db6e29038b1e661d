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

  /** Calls back with the uids that could not be reached. One message goes to each frontend, however many they are. */
  pushByUids(uids: readonly Uid[], route: string, message: unknown, callback?: unknown): void {
    const frontends = Object.values(this.#app.servers).filter((server) => this.#app.isFrontend(server))
    const pushes = frontends.map(({ id }) => this.#pushOn(id, uids, { route, message }))
    Promise.all(pushes).then(
      (missed) =>
        callBack(
          callback,
          null,
          uids.filter((uid) => missed.every((fails) => fails.has(String(uid)))),
        ),
      (error: unknown) => callBack(callback, error),
    )
  }

  /** Resolves with the uids that are not on a frontend. */
  #pushOn(
    sid: string,
    uids: readonly Uid[],
    { route, message }: { readonly route: string; readonly message: unknown },
  ): Promise<ReadonlySet<string>> {
    const members = uids.map((uid) => ({ uid, sid }))
    return new Promise((resolve) => {
      servicesOf(this.#app).channels.pushMessageByUids(
        route,
        message,
        members,
        (error: unknown, fails: readonly Uid[] = []) => resolve(new Set((error ? uids : fails).map(String))),
      )
    })
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
