import type { App, EntrySession } from '../../../contract.ts'
import { countResources } from '../../../resources.ts'
import type { Resources } from '../../../resources.ts'

export default class EntryHandler {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
  }

  async enter({ username, rid }: { username: string; rid: string }, session: EntrySession): Promise<object> {
    const uid = `${username}*${rid}`
    await session.bind(uid)
    session.set('rid', rid)
    await this.#app.rpc.chat.chatRemote.add(session, uid, session.frontendId, rid)
    return {}
  }

  /** Answers what this process and the chat servers' hold, by id. */
  async resources(): Promise<Record<string, Resources>> {
    const others = await this.#app.rpc.chat.chatRemote.resources.all()
    const own = { [this.#app.server.id]: countResources() }
    return others.reduce((all, each) => ({ ...all, ...each }), own)
  }
}
