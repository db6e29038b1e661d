import { ServerError } from 'shaddock'
import type { Application, Session } from 'shaddock'

/** A handler of Shaddock's, in an application of Pomelo's. */
export default class RoomHandler {
  readonly #app: Application
  #running = 0

  constructor(app: Application) {
    this.#app = app
  }

  async say({ text }: { text: string }, session: Session) {
    const room = this.#app.channels.get(String(session.get('rid')))
    if (session.uid === null || !room.has(session.uid)) throw new ServerError('DENIED', 'enter a room first')
    // a remote in the old style: its promise is of what it calls back with
    const rpc = this.#app.rpc as any
    const from: string = await rpc.connector.nameRemote.nameOf.to(session.frontendId, session.uid)
    room.push('onSay', { text, from })
    return { heard: room.size }
  }

  /** How many of these run, this one among them. */
  async count(_message: object, session: Session) {
    const running = ++this.#running
    const rpc = this.#app.rpc as any
    for (let trip = 0; trip < 5; trip++) await rpc.connector.nameRemote.nameOf.to(session.frontendId, 'x')
    this.#running--
    return { running }
  }
}
