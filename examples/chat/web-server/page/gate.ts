import { connect, type HostAddress } from '@shaddock/client'
import type { Chat } from '../../game-server/app/contract.ts'

/**
 * Asks the gate at the URL `gate` for a connector, and hangs up.
 * @throws {ConnectionError | RequestError} the gate cannot be reached, or knows no connector
 */
export async function askGate(gate: string, uid: string, signal: AbortSignal): Promise<HostAddress> {
  const client = await connect<Chat>(gate, { reconnect: false, timeoutMs: 5_000, signal })
  try {
    const { host, port } = await client.request('gate.gateHandler.queryEntry', { uid })
    return { host, port, secure: gate.startsWith('wss:') }
  } finally {
    client.close()
  }
}
