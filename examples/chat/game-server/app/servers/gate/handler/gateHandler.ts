import { rendezvous, ServerError } from 'shaddock'
import type { App } from '../../../contract.ts'

export default class GateHandler {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
  }

  /** Tells a client which connector is its own: by hash of uid, among those that are there. */
  async queryEntry({ uid }: { uid: string }): Promise<{ code: 200; host: string; port: number }> {
    if (typeof uid !== 'string' || uid === '')
      throw new ServerError('BAD_MESSAGE', 'no uid', { reply: { code: 500 } })
    // one without a port was added by mistake: nobody can be sent there
    const connectors = this.#app.servers('connector').filter(({ clientPort }) => clientPort !== undefined)
    if (connectors.length === 0) throw new ServerError('NO_SERVER', 'no connector is there')
    const { host, clientPort = 0 } = rendezvous(uid, connectors)
    return { code: 200, host, port: clientPort }
  }
}
