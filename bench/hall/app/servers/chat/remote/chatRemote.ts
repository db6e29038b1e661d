import type { App } from '../../../contract.ts'

export default class ChatRemote {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
  }

  async add(uid: string, frontendId: string, room: string): Promise<void> {
    await this.#app.channels.get(room).add(uid, frontendId)
  }
}
