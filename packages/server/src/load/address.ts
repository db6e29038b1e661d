import { LoadError } from './load-error.ts'

/** Where clients connect to. */
export interface Address {
  readonly transport: 'ws' | 'tcp'
  readonly host: string
  readonly port: number
  /** Of a WebSocket's request. */
  readonly path: string
}

/** Reads `ws://host:port/path` or `tcp://host:port`. @throws {LoadError} anything else. */
export function toAddress(text: string): Address {
  const url = URL.parse(text)
  const transport = url?.protocol.slice(0, -1)
  if (!url || (transport !== 'ws' && transport !== 'tcp') || url.hostname === '') {
    throw new LoadError(
      `${JSON.stringify(text)} is no address such as ws://127.0.0.1:3050 or tcp://127.0.0.1:3050`,
    )
  }
  const port = Number(url.port || (transport === 'ws' ? 80 : 0))
  if (port === 0) throw new LoadError(`${text} lacks a port`)
  // IPv6 stands in brackets in a URL, and nowhere else
  const host = url.hostname.replace(/^\[|\]$/g, '')
  return { transport, host, port, path: (url.pathname || '/') + url.search }
}

/** Returns what people read: `ws://127.0.0.1:3050`. */
export function formatAddress({ transport, host, port }: Address): string {
  return `${transport}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
