import type { Awaitable, Codec, Contract } from '@shaddock/protocol'
import type { Backoff } from './backoff.ts'
import type { AnyContract, Client } from './client.ts'
import type { WebSocketConstructor } from './socket.ts'

export interface ConnectOptions<C extends Contract = AnyContract> {
  /** What the server's `handshake` hook is told about this client: any JSON. */
  readonly user?: unknown
  /** The deadline of a request. @default 10_000 */
  readonly timeoutMs?: number
  /** How long an attempt may take until the server has answered the handshake. @default 5_000 */
  readonly connectTimeoutMs?: number
  /**
   * Runs on every new connection before the client is online, to log in or to enter again. Its requests work
   * already. When it throws, the attempt has failed.
   */
  readonly onOpen?: (client: Client<C>) => Awaitable<void>
  /**
   * How to come back when the connection is lost, or `false` not to.
   * @default `{ minMs: 250, maxMs: 10_000, factor: 2 }`
   */
  readonly reconnect?: Backoff | false
  /** Whether the first attempt is repeated like the later ones, instead of rejecting. @default false */
  readonly retryFirst?: boolean
  /** Hears why an attempt failed that will be repeated. */
  readonly onRetry?: (error: unknown) => void
  /** Closes the client, and makes a `connect` that still waits reject. */
  readonly signal?: AbortSignal
  /** The codec of the application. @default JSON */
  readonly codec?: Codec
  /** @default `globalThis.WebSocket` */
  readonly WebSocket?: WebSocketConstructor
}
