import { clientAddresses, ServerError } from 'shaddock'
import type { ClientAddress } from 'shaddock'
import type { App } from '../../../contract.ts'

export default class GateHandler {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
  }

  /** Tells a client which connector is its own, and which to try should that not be there. */
  async queryEntry({
    uid,
  }: {
    uid: string
  }): Promise<{ code: 200; host: string; port: number; others: ClientAddress[] }> {
    if (typeof uid !== 'string' || uid === '')
      throw new ServerError('BAD_MESSAGE', 'no uid', { reply: { code: 500 } })
    const [first, ...others] = clientAddresses(uid, this.#app.servers('connector'))
    return { code: 200, ...first, others }
  }
}
