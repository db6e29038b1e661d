import { ownHosts } from '../own-hosts.ts'

/**
 * Returns the addresses in the order in which to try them: those of this machine first, which are near and fail with it.
 * The others come as chance has it, so that processes spread over them.
 */
export function nearestFirst(addresses: readonly string[], own: readonly string[] = ownHosts()): string[] {
  const rank = new Map(addresses.map((address) => [address, isOf(own, address) ? -1 : Math.random()]))
  return [...rank.keys()].sort((one, other) => (rank.get(one) ?? 0) - (rank.get(other) ?? 0))
}

function isOf(hosts: readonly string[], address: string): boolean {
  const [, host = ''] = /^\[?(.*?)\]?(?::\d+)?$/.exec(address) ?? []
  return hosts.some((own) => own.toLowerCase() === host.toLowerCase())
}
