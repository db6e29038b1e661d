import type { App, ChatSession } from '../../../contract.ts'

export default class ChatHandler {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
  }

  async send({ content }: { content: string }, session: ChatSession): Promise<object> {
    this.#app.channels.get(session.get('rid') ?? '').push('onChat', { msg: content })
    return {}
  }
}
