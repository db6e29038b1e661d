import { ServerError } from 'shaddock'
import type { App, ChatSession } from '../../../contract.ts'
import { nameOf } from '../../../names.ts'

export default class ChatHandler {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
  }

  /** Says `content` to everybody in the sender's room. */
  async send({ content }: { content: string }, session: ChatSession): Promise<void> {
    if (typeof content !== 'string' || content === '') throw new ServerError('BAD_MESSAGE', 'nothing to say')
    const room = this.#app.channels.get(session.get('rid') ?? '')
    if (session.uid === null || !room.has(session.uid)) throw new ServerError('DENIED', 'enter a room first')
    room.push('onChat', { from: nameOf(session.uid), msg: content })
  }
}
