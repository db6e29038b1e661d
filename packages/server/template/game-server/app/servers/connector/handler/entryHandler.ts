import { ServerError } from 'shaddock'
import type { App, EntrySession } from '../../../contract.ts'
import { isName, uidOf } from '../../../names.ts'

export default class EntryHandler {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
  }

  /** Enters the room `rid` as `username`. Answers who is in it. */
  async enter(
    { username, rid }: { username: string; rid: string },
    session: EntrySession,
  ): Promise<{ users: string[] }> {
    // the types say what a client should send, not what it sends
    if (!isName(username) || !isName(rid))
      throw new ServerError('BAD_MESSAGE', 'a name has 1 to 20 letters, digits or _')
    const uid = uidOf(username, rid)
    await session.bind(uid)
    session.set('rid', rid)
    return { users: await this.#app.rpc.chat.chatRemote.add(session, uid, session.frontendId, rid) }
  }
}
