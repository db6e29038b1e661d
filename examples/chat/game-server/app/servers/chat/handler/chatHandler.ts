import { ServerError } from 'shaddock'
import type { App, ChatSession } from '../../../contract.ts'
import { nameOf, uidOf } from '../../../uid.ts'

export default class ChatHandler {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
  }

  /** Sends `content` to everybody in the sender's room (`*`), or to one of them alone. */
  async send(
    { content, target }: { content: string; target: string },
    session: ChatSession,
  ): Promise<object> {
    if (typeof content !== 'string' || content === '') throw new ServerError('BAD_MESSAGE', 'nothing to say')
    if (typeof target !== 'string') throw new ServerError('BAD_MESSAGE', 'to nobody')
    const room = session.get('rid') ?? ''
    const channel = this.#app.channels.get(room)
    // also after this server took the room over from one that died, and knows nobody in it yet
    if (session.uid === null || !channel.has(session.uid))
      throw new ServerError('DENIED', 'enter a room first')
    const message = { msg: content, from: nameOf(session.uid), target }
    if (target === '*') {
      channel.push('onChat', message)
      return {}
    }
    const uid = uidOf(target, room)
    if (!channel.has(uid)) throw new ServerError('NOT_FOUND', `${target} is not in ${room}`)
    channel.pushTo([uid], 'onChat', message)
    return {}
  }
}
