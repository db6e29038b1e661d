/** What `connectorConfig.connector` is set to: it says which clients a frontend serves. */
export type ConnectorFactory = (...args: unknown[]) => never

/** Serves clients over WebSocket and TCP on one port, as every frontend of Shaddock does. */
export const hybridconnector = connectorOf('hybridconnector')
/** Serves clients of Socket.IO, too: what a frontend does for which an application names no connector. */
export const sioconnector = connectorOf('sioconnector')
export const udpconnector = connectorOf('udpconnector')
export const mqttconnector = connectorOf('mqttconnector')

function connectorOf(name: string): ConnectorFactory {
  const connector = (): never => {
    throw new Error(`${name} is for connectorConfig.connector: the application makes the connector`)
  }
  return Object.defineProperty(connector, 'name', { value: name })
}
