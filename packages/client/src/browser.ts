// The entry of the ES module for pages without a build step.
import { Pomelo } from './pomelo.ts'

export { connect, ConnectionError, Pomelo, RequestError, viaGate } from './index.ts'

/** What pages that were written for Pomelo know as `window.pomelo`. */
export const pomelo = new Pomelo()
