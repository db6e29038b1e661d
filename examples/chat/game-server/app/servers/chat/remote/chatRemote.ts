import type { App } from '../../../contract.ts'
import { nameTaken } from '../../../names.ts'
import { nameOf } from '../../../uid.ts'

export default class ChatRemote {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
    // whatever takes a member out (a kick, a closed connection, a dead connector), the others are told
    app.channels.onLeave(({ channel, uid }) => channel.push('onLeave', { user: nameOf(uid) }))
    // who left while the room had no server is not in it, and nobody was told
    app.channels.onTakeOver(({ channel }) =>
      channel.push('onUsers', { users: channel.members().map(nameOf) }),
    )
  }

  /** Adds a user to a room and tells its members. Answers who is in it. */
  async add(uid: string, frontendId: string, room: string): Promise<string[]> {
    const channel = this.#app.channels.get(room)
    if (channel.has(uid)) {
      throw nameTaken(nameOf(uid), room)
    }
    await channel.add(uid, frontendId)
    channel.push('onAdd', { user: nameOf(uid) })
    return channel.members().map(nameOf)
  }

  /** Takes a user out of a room. */
  async kick(uid: string, frontendId: string, room: string): Promise<void> {
    this.#app.channels.get(room).leave(uid, frontendId)
  }

  /** Answers who is in a room. */
  async get(room: string): Promise<string[]> {
    return this.#app.channels.get(room).members().map(nameOf)
  }
}
