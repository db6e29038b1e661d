import type { IncomingMessage, Server } from 'node:http'
import type { Socket } from 'node:net'
import type { Connection, ConnectionHandler } from './transport.ts'
import type { TransportShared } from './wire-connection.ts'

/** What serves some of the requests that come by HTTP to the port of WebSockets. */
export interface HttpGuest {
  /** Whether a request is its own: nobody else answers it. */
  owns(request: IncomingMessage): boolean
  /** Connects nobody new, and drops who has not connected yet. Open connections are the caller's to close. */
  close(): void
}

/** Where such a guest is at home. */
export interface HttpHost extends TransportShared {
  readonly http: Server
  readonly maxConnections: number
  /** Takes a new connection. */
  readonly open: (connection: Connection) => ConnectionHandler
  /** Told of the socket of each request of its own: how long that stays open is the guest's business. */
  readonly onRequest: (socket: Socket) => void
}

/** Makes a guest of an HTTP server, and has it listen to what comes. */
export type CreateGuest = (host: HttpHost) => HttpGuest
