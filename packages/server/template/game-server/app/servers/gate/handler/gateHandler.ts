import { clientAddresses } from 'shaddock'
import type { App } from '../../../contract.ts'

export default class GateHandler {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
  }

  /** Tells a client which connector is its own, and which to try should that not be there. */
  async queryEntry({ uid }: { uid: string }) {
    const [first, ...others] = clientAddresses(String(uid), this.#app.servers('connector'))
    return { ...first, others }
  }
}
