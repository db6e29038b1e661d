import { ServerError } from '../errors.ts'
import type { ServerInfo } from '../server-info.ts'
import { ranked } from './router.ts'

/** Where clients connect to a frontend. */
export interface ClientAddress {
  readonly host: string
  readonly port: number
}

/**
 * Returns where a user may connect, for a gate to answer: first the frontend that `uid` belongs to, the same as long as the
 * same ones are there, then those to try should it not be. `servers` is what `app.servers(type)` returns now: who is leaving or has
 * died is not among them.
 * @param most How many, at the most.
 * @throws {ServerError} `NO_SERVER`: no frontend is there.
 */
export function clientAddresses(
  uid: string,
  servers: readonly ServerInfo[],
  most = 3,
): readonly [ClientAddress, ...ClientAddress[]] {
  const addresses = ranked(uid, servers).flatMap(({ host, clientPort }) =>
    clientPort === undefined ? [] : [{ host, port: clientPort }],
  )
  const [first, ...others] = addresses
  if (first === undefined) throw new ServerError('NO_SERVER', 'no server for clients is there')
  return [first, ...others.slice(0, most - 1)]
}
