import { ServerError } from 'shaddock'
import type { App, EntrySession } from '../../../contract.ts'
import { checkName, nameTaken } from '../../../names.ts'
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
    const { chatRemote } = this.#app.rpc.chat
    const again = session.uid === uid
    if (session.uid !== null && !again)
      throw new ServerError('DENIED', 'this connection is in a room already')
    // before it is bound: who is bound to a uid hears what is meant for it
    if (!again && (await chatRemote.get(room, room)).includes(name)) throw nameTaken(name, room)
    await session.bind(uid)
    session.set('rid', room)
    try {
      return { users: await chatRemote.add(session, uid, session.frontendId, room) }
    } catch (error) {
      if (!again) await session.unbind()
      throw error
    }
  }
}
