import type { App, EntrySession } from '../../../contract.ts'

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
}
