import { rendezvous, ServerError } from 'shaddock'
import type { App } from '../../../contract.ts'

export default class GateHandler {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
  }

  /** Tells a client which connector is its own: the same as long as the same ones are there. */
  async queryEntry({ uid }: { uid: string }): Promise<{ host: string; port: number }> {
    const connectors = this.#app.servers('connector')
    if (connectors.length === 0) throw new ServerError('NO_SERVER', 'no connector is there')
    const { host, clientPort = 0 } = rendezvous(String(uid), connectors)
    return { host, port: clientPort }
  }
}
