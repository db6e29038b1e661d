import { hostname, networkInterfaces } from 'node:os'

/** Returns the name of this machine and its addresses, and those that stand for any machine's own. */
export function ownHosts(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list = []) =>
    list.map(({ address }) => address),
  )
  return [hostname(), 'localhost', ...addresses, '0.0.0.0', '::']
}
