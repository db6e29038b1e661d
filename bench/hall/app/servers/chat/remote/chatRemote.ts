import type { App } from '../../../contract.ts'
import { countResources } from '../../../resources.ts'
import type { Resources } from '../../../resources.ts'

export default class ChatRemote {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
  }

  async add(uid: string, frontendId: string, room: string): Promise<void> {
    await this.#app.channels.get(room).add(uid, frontendId)
  }

  /** Answers what this process holds, by the server's id. */
  async resources(): Promise<Record<string, Resources>> {
    return { [this.#app.server.id]: countResources() }
  }
}
