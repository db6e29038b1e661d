import { ServerError } from 'shaddock'
import type { App, EntrySession } from '../../../contract.ts'
import { checkName } from '../../../names.ts'
import { uidOf } from '../../../uid.ts'

export default class EntryHandler {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
  }

  /**
   * Enters the room `rid` as `username`. Answers who is in it. May be called again on the same connection, when the room's
   * server has been lost with what it knew.
   */
  async enter(
    message: { username: string; rid: string },
    session: EntrySession,
  ): Promise<{ users: string[] }> {
    const name = checkName('name', message.username)
    const room = checkName('room', message.rid)
    const uid = uidOf(name, room)
    const again = session.uid === uid
    if (session.uid !== null && !again)
      throw new ServerError('DENIED', 'this connection is in a room already')
    await session.bind(uid)
    session.set('rid', room)
    try {
      return { users: await this.#app.rpc.chat.chatRemote.add(session, uid, session.frontendId, room) }
    } catch (error) {
      if (!again) await session.unbind()
      throw error
    }
  }
}
