import type { App } from '../../../contract.ts'
import { nameOf } from '../../../names.ts'

export default class ChatRemote {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
    // whatever takes a person out: a closed window, a lost connection, a dead connector
    app.channels.onLeave(({ channel, uid }) => {
      if (!channel.has(uid)) channel.push('onLeave', { user: nameOf(uid) })
    })
  }

  /** Adds a person to a room and tells everybody in it. Answers who is there. */
  async add(uid: string, frontendId: string, rid: string): Promise<string[]> {
    const room = this.#app.channels.get(rid)
    const isNew = !room.has(uid)
    await room.add(uid, frontendId)
    if (isNew) room.push('onAdd', { user: nameOf(uid) })
    return room.members().map(nameOf)
  }
}
