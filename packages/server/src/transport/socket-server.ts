import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { SetupError } from '../errors.ts'

/** What a server proves itself with. All are PEM. */
export interface TlsKeys {
  readonly key: string
  readonly cert: string
  /** Certificates that lead from `cert` to one that clients know. */
  readonly ca?: string
  readonly passphrase?: string
}

/** A server of sockets over which bytes may travel. */
export interface SocketServer {
  readonly server: Server
  /** Destroys the sockets that are still in their TLS handshakes. */
  destroyUnready(): void
}

export interface SocketServerOptions {
  /** @default none: bytes travel as they are */
  readonly tls: TlsKeys | undefined
  /** How long a TLS handshake may take. */
  readonly handshakeTimeoutMs: number
  readonly onSocket: (socket: Socket) => void
}

/** @throws {SetupError} `tls` is no key and certificate that belong together. */
export function createSocketServer(options: SocketServerOptions): SocketServer {
  const { tls, handshakeTimeoutMs, onSocket } = options
  if (tls === undefined) {
    return { server: createServer({ noDelay: true }, onSocket), destroyUnready: () => undefined }
  }
  const server = createSecureServer(tls, handshakeTimeoutMs)
  const unready = new Map<string, Socket>()
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket)
    unready.set(name, socket)
    socket.on('close', () => unready.delete(name))
  })
  // another object than that of the connection, of the same peer
  server.on('secureConnection', (socket) => {
    unready.delete(nameOf(socket))
    onSocket(socket)
  })
  // Node leaves this to whoever listens
  server.on('tlsClientError', (_, socket) => socket.destroy())
  return {
    server,
    destroyUnready() {
      for (const socket of unready.values()) socket.destroy()
    },
  }
}

function createSecureServer(tls: TlsKeys, handshakeTimeout: number) {
  try {
    return createTlsServer({ ...tls, handshakeTimeout, noDelay: true })
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new SetupError(`ssl: no key and certificate for TLS: ${why}`, { cause: error })
  }
}

function nameOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${remoteAddress} ${remotePort}`
}
