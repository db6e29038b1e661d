import { callBack } from '../callback.ts'
import type { SessionExport, Settings, Uid } from './session.ts'

/** What a session on a back end asks of its frontend. */
export interface BackendSessionHome {
  bind(frontendId: string, id: number, uid: Uid, callback?: unknown): void
  unbind(frontendId: string, id: number, uid: Uid, callback?: unknown): void
  push(frontendId: string, id: number, key: string, value: unknown, callback?: unknown): void
  pushAll(frontendId: string, id: number, settings: Readonly<Settings>, callback?: unknown): void
}

/** A session of a frontend as another server sees it: what it sets is its own until it is pushed. */
export class BackendSession {
  readonly id: number
  readonly frontendId: string
  uid: Uid | null
  readonly settings: Settings
  readonly __sessionService__: BackendSessionHome

  constructor({ id, frontendId, uid, settings }: SessionExport, home: BackendSessionHome) {
    this.id = id
    this.frontendId = frontendId
    this.uid = uid
    this.settings = settings
    this.__sessionService__ = home
  }

  bind(uid: Uid, callback?: unknown): void {
    this.__sessionService__.bind(this.frontendId, this.id, uid, (error?: unknown) => {
      if (!error) this.uid = uid
      callBack(callback, error)
    })
  }

  unbind(uid: Uid, callback?: unknown): void {
    this.__sessionService__.unbind(this.frontendId, this.id, uid, (error?: unknown) => {
      if (!error) this.uid = null
      callBack(callback, error)
    })
  }

  set(key: string, value: unknown): void {
    this.settings[key] = value
  }

  get(key: string): unknown {
    return Object.hasOwn(this.settings, key) ? this.settings[key] : undefined
  }

  push(key: string, callback?: unknown): void {
    this.__sessionService__.push(this.frontendId, this.id, key, this.get(key), callback)
  }

  pushAll(callback?: unknown): void {
    this.__sessionService__.pushAll(this.frontendId, this.id, this.settings, callback)
  }

  export(): SessionExport {
    const { id, frontendId, uid, settings } = this
    return { id, frontendId, uid, settings }
  }
}
