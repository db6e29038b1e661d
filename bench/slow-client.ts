import { Connection } from '../packages/server/src/load/connection.ts'
import { Heartbeats } from '../packages/server/src/load/heartbeats.ts'
import { createPomeloProtocol } from '../packages/server/src/load/pomelo.ts'
import type { System } from './system.ts'

/** A client that enters a room, and stops reading. */
export class SlowClient {
  /** What it was sent since then. */
  bytesAfterPause = 0
  isPaused = false
  /** Resolves with the reason of a close that was the server's, when it has read so far. */
  readonly closed: Promise<string>
  readonly #heartbeats = new Heartbeats()
  readonly #closed = Promise.withResolvers<string>()
  #connection: Connection | undefined

  private constructor() {
    this.closed = this.#closed.promise
  }

  /** @throws {LoadError} it may not. */
  static async enter({ connectors }: System, room: string): Promise<SlowClient> {
    const client = new SlowClient()
    const address = { transport: 'ws', host: '127.0.0.1', port: connectors[0]!, path: '/' } as const
    const options = { protocol: createPomeloProtocol(), heartbeats: client.#heartbeats, timeoutMs: 30_000 }
    client.#connection = await Connection.open(address, options, {
      onAnswer: () => undefined,
      onDelivery: (_, start, end) => {
        if (client.isPaused) client.bytesAfterPause += end - start
      },
      onClose: (reason) => client.#closed.resolve(reason),
    })
    const message = Buffer.from(JSON.stringify({ username: 'slow', rid: room }))
    await client.#connection.request('connector.entryHandler.enter', message)
    client.#connection.watch('onChat')
    return client
  }

  pause(): void {
    this.isPaused = true
    this.#connection?.pause()
  }

  /** Reads what has waited. */
  readOn(): void {
    this.#connection?.resume()
  }

  close(): void {
    this.#heartbeats.stop()
    this.#connection?.close()
  }
}
