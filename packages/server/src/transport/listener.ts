import type { Server as HttpServer } from 'node:http'
import type { AddressInfo, Server, Socket } from 'node:net'
import { closeReasons } from '@shaddock/protocol'
import { SetupError } from '../errors.ts'
import type { CreateGuest, HttpGuest } from './http-guest.ts'
import { createFlushTurn } from './outbox.ts'
import { createSocketServer } from './socket-server.ts'
import type { SocketServer, TlsKeys } from './socket-server.ts'
import { openTcp } from './tcp.ts'
import type { Accept, Connection, ConnectionHandler, Transport, TransportLimits } from './transport.ts'
import { createUpgrader } from './websocket.ts'
import type { TransportShared } from './wire-connection.ts'

export interface ListenerOptions {
  readonly host: string
  /** 0 takes any free port. */
  readonly port: number
  readonly limits: TransportLimits
  /** Makes all clients, of either kind, connect with TLS. */
  readonly tls?: TlsKeys
  /** Makes what serves other clients that come by HTTP. */
  readonly guest?: CreateGuest
  /** The most connections open at a time: further ones are closed as `full`. @default Infinity */
  readonly maxConnections?: number
  /** How long a client may take to say its first byte and, if that starts HTTP, all of its handshake. @default 10_000 */
  readonly firstByteTimeoutMs?: number
  /** How long a client may take to answer a goodbye. @default 2_000 */
  readonly closeTimeoutMs?: number
  /** Told when a client cannot be accepted, for want of file descriptors say. The port stays open. */
  readonly onError?: (error: Error) => void
}

/**
 * Returns a transport that serves WebSocket and TCP clients on one port.
 * @throws {SetupError} `tls` is no key and certificate that belong together.
 */
export function createListener(options: ListenerOptions): Transport {
  return new Listener(options)
}

class Listener implements Transport {
  readonly #options: ListenerOptions
  readonly #shared: TransportShared
  readonly #firstByteTimeoutMs: number
  readonly #maxConnections: number
  readonly #upgrade: (socket: Socket) => void
  readonly #sockets: SocketServer
  /** When each socket that nobody has opened yet was accepted; the oldest comes first. */
  readonly #undecided = new Map<Socket, number>()
  readonly #refused = new Set<Socket>()
  /** The sockets of the guest, whose connections are counted by themselves. */
  readonly #guestSockets = new Set<Socket>()
  #guest: HttpGuest | undefined
  #guestCount = 0
  #socketCount = 0
  #accept: Accept = () => deaf
  #sweep: NodeJS.Timeout | undefined

  constructor(options: ListenerOptions) {
    const { limits, maxConnections = Infinity, firstByteTimeoutMs = 10_000, closeTimeoutMs = 2_000 } = options
    this.#options = options
    this.#shared = { limits, turn: createFlushTurn(), closeTimeoutMs }
    this.#firstByteTimeoutMs = firstByteTimeoutMs
    this.#maxConnections = maxConnections
    this.#upgrade = createUpgrader(
      this.#shared,
      (connection, socket) => this.#open(connection, socket),
      (http) => this.#invite(http),
    )
    this.#sockets = createSocketServer({
      tls: options.tls,
      handshakeTimeoutMs: firstByteTimeoutMs,
      onSocket: (socket) => this.#admit(socket),
    })
    this.#server.maxConnections = maxConnections + maxUndecided
  }

  get #server(): Server {
    return this.#sockets.server
  }

  async listen(accept: Accept): Promise<{ host: string; port: number }> {
    const { host, port, onError } = this.#options
    this.#accept = accept
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(toSetupError(error, host, port)))
      this.#server.listen({ host, port, backlog }, resolve)
    })
    this.#server.removeAllListeners('error').on('error', (error) => onError?.(error))
    this.#sweep = setInterval(() => this.#closeSilent(), this.#firstByteTimeoutMs / 4).unref()
    // a listening TCP server has such an address
    return { host, port: (this.#server.address() as AddressInfo).port }
  }

  close(): Promise<void> {
    clearInterval(this.#sweep)
    // frees the port at once; its callback would wait for the connections, which are the caller's
    this.#server.close()
    this.#guest?.close()
    this.#sockets.destroyUnready()
    for (const socket of this.#undecided.keys()) socket.destroy()
    return Promise.resolve()
  }

  #admit(socket: Socket): void {
    this.#socketCount++
    this.#undecided.set(socket, performance.now())
    // 'close' follows, and tells whoever needs to know
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#socketCount--
      this.#undecided.delete(socket)
      this.#refused.delete(socket)
      this.#guestSockets.delete(socket)
    })
    socket.once('data', (chunk) => this.#decide(socket, chunk))
  }

  /** Packet types are below 0x20 and an HTTP method starts with a letter, so the first byte tells. */
  #decide(socket: Socket, chunk: Buffer): void {
    socket.pause()
    socket.unshift(chunk)
    if (chunk[0]! < 0x20) {
      openTcp(socket, socket.remoteAddress ?? '', this.#shared, (connection) =>
        this.#open(connection, socket),
      )
    } else {
      this.#upgrade(socket)
    }
    socket.resume()
  }

  #open(connection: Connection, socket: Socket): ConnectionHandler {
    this.#undecided.delete(socket)
    if (this.#openCount <= this.#maxConnections) return this.#accept(connection)
    this.#refused.add(socket)
    connection.close(closeReasons.full)
    return deaf
  }

  get #openCount(): number {
    const others = this.#undecided.size + this.#refused.size + this.#guestSockets.size
    return this.#socketCount - others + this.#guestCount
  }

  #invite(http: HttpServer): HttpGuest | undefined {
    this.#guest = this.#options.guest?.({
      ...this.#shared,
      http,
      maxConnections: this.#maxConnections,
      open: (connection) => this.#openForGuest(connection),
      onRequest: (socket) => {
        this.#undecided.delete(socket)
        this.#guestSockets.add(socket)
      },
    })
    return this.#guest
  }

  #openForGuest(connection: Connection): ConnectionHandler {
    if (this.#openCount >= this.#maxConnections) {
      connection.close(closeReasons.full)
      return deaf
    }
    const handler = this.#accept(connection)
    this.#guestCount++
    return {
      onPacket: (type, body) => handler.onPacket(type, body),
      onClose: (reason) => {
        this.#guestCount--
        handler.onClose(reason)
      },
    }
  }

  #closeSilent(): void {
    const latest = performance.now() - this.#firstByteTimeoutMs
    for (const [socket, acceptedAt] of this.#undecided) {
      if (acceptedAt > latest) return
      socket.destroy()
    }
  }
}

/** Sockets over `maxConnections` that are let in: to be told that the server is full, they must say what they speak. */
const maxUndecided = 1_000

/** Connections that the system keeps until they are accepted: after a restart all clients come back in a moment. */
const backlog = 4_096

const deaf: ConnectionHandler = { onPacket: () => undefined, onClose: () => undefined }

function toSetupError(error: NodeJS.ErrnoException, host: string, port: number): SetupError {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const why =
    setupProblems.get(error.code ?? '')?.(address) ?? `cannot listen on ${address}: ${error.message}`
  return new SetupError(why, { cause: error })
}

const setupProblems = new Map<string, (address: string) => string>([
  ['EADDRINUSE', (address) => `port ${address} is in use: stop what listens there, or choose another port`],
  ['EACCES', (address) => `port ${address} is not allowed to this user: choose one from 1024 up`],
  ['EADDRNOTAVAIL', (address) => `cannot listen on ${address}: this machine has no such address`],
])
