import type { Awaitable } from '@shaddock/protocol'

/** Where a server listens: a URL such as `wss://example.com/game`, or a host and a port. */
export type Address = string | HostAddress

export interface HostAddress {
  readonly host: string
  readonly port?: number | string | undefined
  /** Whether to connect with TLS (`wss:`). @default false */
  readonly secure?: boolean | undefined
}

/**
 * An address, or a function that is asked for one before every attempt: one that asks a gate, for example.
 */
export type AddressSource = Address | (() => Awaitable<Address>)

/** Returns the WebSocket URL of an address. */
export function toUrl(address: Address): string {
  if (typeof address === 'string') return address
  const { host, port, secure } = address
  // an IPv6 address has colons of its own
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return `${secure ? 'wss' : 'ws'}://${name}${port === undefined || port === '' ? '' : `:${port}`}`
}
