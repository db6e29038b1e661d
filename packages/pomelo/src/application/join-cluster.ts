import { defineApp } from 'shaddock'
import type { Application as NativeApp } from 'shaddock'
import { joinServer } from 'shaddock/embed'
import type { App } from '../app.ts'
import { toConfig } from '../native/config.ts'
import { toEntry } from '../native/entry.ts'
import { followServers } from '../native/follow-servers.ts'
import { createCodedTransport } from '../frontend/coded-transport.ts'
import { Coder } from '../frontend/coder.ts'
import { followClients } from '../frontend/follow-clients.ts'
import { greeter } from '../frontend/greet.ts'
import { createShaddockLog } from '../log.ts'
import { serveHandlers, serveRemotes } from '../modules/serve.ts'
import type { Services } from '../services.ts'
import { setRunning } from './running.ts'

/**
 * Starts this process's server among the application's others. `afterStart` is what is done when it can call them, and
 * before they, or clients, can call it.
 */
export async function joinCluster(
  app: App,
  services: Services,
  afterStart: () => Promise<void>,
): Promise<void> {
  const setup = async (native: NativeApp) => {
    services.uplink.open(native)
    followServers(app, native)
    native.filter((call, next) => services.pipeline.handle(call, next))
    if (services.frontend !== undefined) setUpFrontend(app, native, services.frontend)
    serveRemotes(app, native, services)
    serveHandlers(app, native, services)
    await afterStart()
  }
  const coder = app.isFrontend() ? Coder.of(app) : undefined
  const server = await joinServer({
    definition: defineApp(app.base, setup, { loadsFolders: false }),
    config: toConfig(app),
    entry: toEntry(app),
    log: createShaddockLog(),
    ...(coder && { aroundTransport: (transport) => createCodedTransport(transport, coder) }),
  })
  setRunning(app, server)
}

function setUpFrontend(app: App, native: NativeApp, frontend: NonNullable<Services['frontend']>): void {
  const { sessions, connections, pipeline } = frontend
  native.globalFilter((call, next) => pipeline.handle(call, next))
  followClients({ app, clients: native.clients, sessions, connections })
  const greet = greeter(app)
  if (greet !== undefined) native.greet(greet)
}
