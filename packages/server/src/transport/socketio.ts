import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket as NetSocket } from 'node:net'
import type { Server, Socket } from 'socket.io'
import { SetupError } from '../errors.ts'
import type { CreateGuest, HttpGuest, HttpHost } from './http-guest.ts'
import { SocketIoConnection } from './socketio-connection.ts'

/**
 * Returns what serves clients of Socket.IO, as those of Pomelo's `sioconnector` are, beside the others of a port. `heartbeatMs` is how
 * often each side gives a sign of life.
 * @throws {SetupError} the package `socket.io` is not installed.
 */
export async function loadSocketIo(heartbeatMs: number): Promise<CreateGuest> {
  const { Server } = await load()
  return (host) => new SocketIo(new Server(serverOptions(host, heartbeatMs)), host, heartbeatMs)
}

async function load(): Promise<typeof import('socket.io')> {
  try {
    return await import('socket.io')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw new SetupError('socketio needs a package of its own: npm install socket.io', { cause: error })
  }
}

const path = '/socket.io'

function serverOptions({ limits, closeTimeoutMs }: HttpHost, heartbeatMs: number) {
  return {
    path,
    serveClient: false,
    // clients of the first and second generation, of which Pomelo's are
    allowEIO3: true,
    // a page comes from another port than its connector, and no cookie tells who a client is
    cors: { origin: true, credentials: true },
    pingInterval: heartbeatMs,
    pingTimeout: heartbeatMs,
    connectTimeout: 5 * closeTimeoutMs,
    // of a text, whose characters may take three bytes
    maxHttpBufferSize: 3 * limits.maxBodyBytes,
  }
}

class SocketIo implements HttpGuest {
  readonly #host: HttpHost
  /** Clients that have opened no connection yet. */
  readonly #waiting = new Set<Socket['conn']>()
  /** Sockets between two requests. */
  readonly #idle = new Set<NetSocket>()
  #closed = false

  constructor(server: Server, host: HttpHost, heartbeatMs: number) {
    this.#host = host
    server.attach(host.http, {
      destroyUpgrade: false,
      allowRequest: (_, decide) =>
        decide(null, server.engine.clientsCount < host.maxConnections + maxWaiting),
    })
    server.engine.on('connection', (client: Socket['conn']) => this.#await(client))
    server.on('connection', (socket) => this.#open(socket))
    host.http.on('request', (request, response) => this.#watch(request, response))
    host.http.on('upgrade', (request: IncomingMessage) => this.#take(request))
    // a request that never ends: a poll that waits is answered with each heartbeat
    host.http.setTimeout(Math.max(minSilentMs, 3 * heartbeatMs))
  }

  owns({ url = '' }: IncomingMessage): boolean {
    return url.startsWith(`${path}/`)
  }

  close(): void {
    this.#closed = true
    for (const client of this.#waiting) client.close(true)
    for (const socket of this.#idle) socket.destroy()
  }

  #await(client: Socket['conn']): void {
    this.#waiting.add(client)
    client.on('close', () => this.#waiting.delete(client))
  }

  #open(socket: Socket): void {
    this.#waiting.delete(socket.conn)
    if (this.#closed) return socket.conn.close(true)
    const connection = new SocketIoConnection(socket, this.#host)
    connection.handleWith(this.#host.open(connection))
  }

  #watch(request: IncomingMessage, response: ServerResponse): void {
    if (!this.#take(request)) return
    const { socket } = request
    response.on('close', () => {
      if (this.#closed) socket.destroy()
      else if (!socket.destroyed) this.#idle.add(socket)
    })
  }

  /** Notes that a socket is in use; returns false for others' requests. */
  #take(request: IncomingMessage): boolean {
    if (!this.owns(request)) return false
    const { socket } = request
    this.#host.onRequest(socket)
    // not of a later request, which finds it in use already
    if (!this.#idle.delete(socket)) socket.once('close', () => this.#idle.delete(socket))
    return true
  }
}

/** Clients over `maxConnections` that are let in: to be told that the server is full, they must connect. */
const maxWaiting = 1_000

const minSilentMs = 60_000
