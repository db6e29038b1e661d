import type { Awaitable, Contract } from '@shaddock/protocol'
import { type Address, type Addresses, type Asking, type HostAddress, listOf, toUrl } from './address.ts'
import type { AnyContract, Client } from './client.ts'
import { connect } from './connect.ts'
import { isAnswer } from './destinations.ts'
import { ConnectionError } from './errors.ts'

/** Which connectors a gate names: the one to connect to, and others in case that is not there. */
export interface GateAnswer extends HostAddress {
  readonly others?: readonly HostAddress[] | undefined
}

/**
 * Returns an address source for `connect` that asks a gate: it connects to it, calls `ask`, and hangs up. Of several
 * gates it begins with any, and goes on to the next while it gets no answer.
 *
 * A gate that is reached with TLS (`wss:`) names connectors that are too, unless it says otherwise.
 */
export function viaGate<C extends Contract = AnyContract>(
  gates: Addresses,
  ask: (gate: Client<C>) => Awaitable<GateAnswer>,
): (asking: Asking) => Promise<readonly Address[]> {
  const urls = listOf(gates).map(toUrl)
  return async (asking) => {
    const start = Math.floor(Math.random() * urls.length)
    let failure: unknown = new RangeError('no gate to ask')
    for (const url of [...urls.slice(start), ...urls.slice(0, start)]) {
      try {
        return await askGate(url, ask, asking)
      } catch (error) {
        if (asking.signal.aborted || (isAnswer(error) && !isBusy(error))) throw error
        // it says when to come back, which another that is not there does not
        if (!isBusy(failure)) failure = error
      }
    }
    throw failure
  }
}

async function askGate<C extends Contract>(
  url: string,
  ask: (gate: Client<C>) => Awaitable<GateAnswer>,
  asking: Asking,
): Promise<readonly Address[]> {
  const gate = await connect<C>(url, { ...asking, reconnect: false })
  try {
    const { others = [], ...first } = await ask(gate)
    const secure = url.startsWith('wss:')
    return [first, ...others].map((address) => ({ secure, ...address }))
  } finally {
    gate.close()
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof ConnectionError && error.reason.retryMs !== undefined
}
