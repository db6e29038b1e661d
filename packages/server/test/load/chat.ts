import { freePorts } from '../../../../scripts/free-ports.ts'
import { createMemoryNetwork } from '../../src/bus/memory.ts'
import { loadConfig } from '../../src/config/load.ts'
import { silentLog } from '../../src/log.ts'
import { startServer } from '../../src/start.ts'
import type { RunningServer } from '../../src/start.ts'
import fixture from '../fixtures/app/app.ts'

export interface Chat extends AsyncDisposable {
  readonly port: number
}

/** The fixture's application in this process, on a real port. */
export async function startChat(): Promise<Chat> {
  const [port = 0] = await freePorts(1)
  const config = await loadConfig(fixture.directory, 'development')
  const network = createMemoryNetwork()
  const entries = ['back-1', 'front-1'].map((id) => config.servers.find((server) => server.id === id))
  const servers: RunningServer[] = []
  for (const entry of entries) {
    if (!entry) throw new Error('the fixture lacks a server')
    const bus = network.createBus({
      onError: (error) => {
        throw error
      },
    })
    const place = entry.frontend ? { ...entry, clientPort: port } : entry
    servers.push(await startServer({ definition: fixture, config, entry: place, bus, log: silentLog }))
  }
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const server of servers.reverse()) await server.stop()
    },
  }
}
