import type { Contract } from '@shaddock/protocol'
import type { AddressSource } from './address.ts'
import type { AnyContract, Client } from './client.ts'
import type { ConnectOptions } from './connect-options.ts'
import { ReconnectingClient } from './reconnecting-client.ts'

/**
 * Connects and resolves once the client is online. From then on it comes back by itself, with `onOpen` run
 * again, after any loss but these: `close()`, a kick, or a close reason of the server that says not to.
 * @throws {ConnectionError} The server cannot be reached or refuses. What `address` or `onOpen` throws comes
 * as it is.
 */
export async function connect<C extends Contract = AnyContract>(
  address: AddressSource,
  options: ConnectOptions<C> = {},
): Promise<Client<C>> {
  // a contract is types only: at run time every client is the same
  const client = new ReconnectingClient(address, options as unknown as ConnectOptions)
  await client.open()
  return client as unknown as Client<C>
}
