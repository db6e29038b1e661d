import type { Awaitable, Codec } from '@shaddock/protocol'
import type { WebSocketConstructor } from './socket.ts'

/** Where a server listens: a URL such as `wss://example.com/game`, or a host and a port. */
export type Address = string | HostAddress

export interface HostAddress {
  readonly host: string
  readonly port?: number | string | undefined
  /** Whether to connect with TLS (`wss:`). @default false */
  readonly secure?: boolean | undefined
}

/** An address; or several, the best one first. One where an attempt failed is not tried again before the others. */
export type Addresses = Address | readonly Address[]

/**
 * Addresses, or a function that is asked for them before every attempt: what `viaGate` returns, for example. When it
 * fails, those that it returned the last time are tried, unless what it throws is a server's own answer.
 */
export type AddressSource = Addresses | ((asking: Asking) => Awaitable<Addresses>)

/** The options of the client that wants to connect, for a connection that is made to find out where. */
export interface Asking {
  /** Aborted when the client is closed. */
  readonly signal: AbortSignal
  readonly user?: unknown
  readonly timeoutMs?: number
  readonly connectTimeoutMs?: number
  readonly codec?: Codec
  readonly WebSocket?: WebSocketConstructor
}

export function listOf(addresses: Addresses): readonly Address[] {
  // `isArray` does not tell the compiler of a readonly one
  return Array.isArray(addresses) ? (addresses as readonly Address[]) : [addresses as Address]
}

/** Returns the WebSocket URL of an address. */
export function toUrl(address: Address): string {
  if (typeof address === 'string') return address
  const { host, port, secure } = address
  // an IPv6 address has colons of its own
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host
  return `${secure ? 'wss' : 'ws'}://${name}${port === undefined || port === '' ? '' : `:${port}`}`
}
