import { closeReasons } from '@shaddock/protocol'
import type { CloseReason } from '@shaddock/protocol'
import type { Connection, Transport } from '../transport/transport.ts'
import { Admission } from './admission.ts'
import { ClientConnection } from './client-connection.ts'
import type { ClientConnectionOptions } from './client-connection.ts'

export interface ConnectorOptions extends Omit<ClientConnectionOptions, 'admission'> {
  readonly transport: Transport
}

/** The clients' edge of a frontend server. */
export interface Connector {
  readonly connections: number
  /** The most that waits for one client, in bytes: past `maxBacklogBytes` it is closed. */
  readonly backlogBytes: number
  listen(): Promise<{ readonly host: string; readonly port: number }>
  /** Accepts nobody new. */
  close(): Promise<void>
  /** Ends all connections; resolves when all have closed. */
  closeConnections(reason: CloseReason): Promise<void>
}

/**
 * How many connections may be about to shake hands. With one more the oldest is closed: a client of good will is done in
 * a round trip, so the oldest are those that never will be.
 */
const maxHalfOpen = 5_000

export function createConnector(connectorOptions: ConnectorOptions): Connector {
  const { transport, config, timers, log } = connectorOptions
  const { loginsPerSecond: perSecond } = config
  const admission = perSecond === 0 ? undefined : new Admission({ perSecond, timers, log })
  const options = { ...connectorOptions, admission }
  const open = new Set<ClientConnection>()
  /** In the order in which they came. */
  const halfOpen = new Set<ClientConnection>()
  let onEmpty: (() => void) | undefined

  const watcher = {
    onReady: (client: ClientConnection) => void halfOpen.delete(client),
    onClosed: (client: ClientConnection) => {
      halfOpen.delete(client)
      open.delete(client)
      if (open.size === 0) onEmpty?.()
    },
  }

  function accept(connection: Connection): ClientConnection {
    for (const oldest of halfOpen) {
      if (halfOpen.size < maxHalfOpen) break
      halfOpen.delete(oldest)
      oldest.close(closeReasons.handshake)
    }
    const client = new ClientConnection(connection, options, watcher)
    open.add(client)
    halfOpen.add(client)
    return client
  }

  return {
    get connections() {
      return open.size
    },
    get backlogBytes() {
      let most = 0
      for (const { backlogBytes } of open) most = Math.max(most, backlogBytes)
      return most
    },
    listen: () => transport.listen(accept),
    close: () => transport.close(),
    closeConnections: async (reason) => {
      if (open.size === 0) return
      const empty = new Promise<void>((resolve) => (onEmpty = resolve))
      for (const client of open) client.close(reason)
      await empty
    },
  }
}
