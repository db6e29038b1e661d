import type { CloseReason } from '@shaddock/protocol'
import type { Transport } from '../transport/transport.ts'
import { ClientConnection } from './client-connection.ts'
import type { ClientConnectionOptions } from './client-connection.ts'

export interface ConnectorOptions extends ClientConnectionOptions {
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

export function createConnector(options: ConnectorOptions): Connector {
  const open = new Set<ClientConnection>()
  let onEmpty: (() => void) | undefined
  function onClosed(client: ClientConnection): void {
    open.delete(client)
    if (open.size === 0) onEmpty?.()
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
    listen: () =>
      options.transport.listen((connection) => {
        const client = new ClientConnection(connection, options, onClosed)
        open.add(client)
        return client
      }),
    close: () => options.transport.close(),
    closeConnections: async (reason) => {
      if (open.size === 0) return
      const empty = new Promise<void>((resolve) => (onEmpty = resolve))
      for (const client of open) client.close(reason)
      await empty
    },
  }
}
