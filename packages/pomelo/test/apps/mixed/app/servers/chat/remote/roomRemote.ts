import type { Application } from 'shaddock'

export default class RoomRemote {
  readonly #app: Application

  constructor(app: Application) {
    this.#app = app
  }

  async add(uid: string, frontendId: string, rid: string): Promise<string[]> {
    const room = this.#app.channels.get(rid)
    await room.add(uid, frontendId)
    return room.members()
  }

  async fail(): Promise<never> {
    throw new Error('not today')
  }
}
