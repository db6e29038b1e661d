import { Connection } from '../packages/server/src/load/connection.ts'
import { Heartbeats } from '../packages/server/src/load/heartbeats.ts'
import { createPomeloProtocol } from '../packages/server/src/load/pomelo.ts'
import type { System } from './system.ts'

/** Asks every server of the hall what it holds, by id. */
export async function askResources({ connectors }: System): Promise<Map<string, string>> {
  const lists = await Promise.all(connectors.map(askConnector))
  return new Map(lists.flat())
}

/** Each connector answers for itself and for all chat servers. */
async function askConnector(port: number): Promise<[id: string, resources: string][]> {
  const heartbeats = new Heartbeats()
  const options = { protocol: createPomeloProtocol(), heartbeats, timeoutMs: 5_000 }
  const address = { transport: 'ws', host: '127.0.0.1', port, path: '/' } as const
  const connection = await Connection.open(address, options, {
    onAnswer: () => undefined,
    onDelivery: () => undefined,
    onClose: () => undefined,
  })
  try {
    const answer = await connection.request('connector.entryHandler.resources', Buffer.from('{}'))
    const held = JSON.parse(answer.toString()) as Record<string, Record<string, number>>
    return Object.entries(held).map(([id, counts]) => [id, describe(counts)])
  } finally {
    connection.close()
    heartbeats.stop()
  }
}

function describe(counts: Readonly<Record<string, number>>): string {
  return Object.keys(counts)
    .sort()
    .map((name) => `${counts[name]} ${name}`)
    .join(', ')
}
