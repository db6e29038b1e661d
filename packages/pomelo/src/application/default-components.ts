import type { App } from '../app.ts'
import type { Component } from '../component.ts'
import { ServerComponent } from '../crons/crons.ts'
import { events } from '../events.ts'
import { ConnectorComponent } from '../frontend/connector.ts'
import { createFrontendRemotes } from '../frontend/remotes.ts'
import { PushSchedulerComponent } from '../push/push-scheduler.ts'
import { attachRpc } from '../services.ts'
import type { Services } from '../services.ts'

/** Loads what every server has, behind what the application has loaded itself: some of it applications look up by name. */
export function loadDefaultComponents(app: App, services: Services): void {
  const { backendSessions, channels, frontend, rpc } = services
  const proxy: Component = {
    name: '__proxy__',
    afterStart(callback) {
      attachRpc(app, rpc)
      callback()
    },
  }
  app.load(proxy)
  if (app.curServer?.port) app.load({ name: '__remote__' })
  if (frontend !== undefined) loadFrontendComponents(app, services, frontend)
  app.load(backendSessions)
  app.load(channels)
  app.load(new ServerComponent(app, () => services.uplink.native))
  app.load(createMonitor(app, services))
}

function createMonitor(app: App, { monitor }: Services): Component {
  app.event.once(events.START_SERVER, () => monitor.started())
  return {
    name: '__monitor__',
    // the master may call them once this server has joined
    afterStart(callback) {
      monitor.start().then(
        () => callback(),
        (error: unknown) => callback(error),
      )
    },
    stop(_force, callback) {
      monitor.stop()
      callback()
    },
  }
}

function loadFrontendComponents(
  app: App,
  { remotes, uplink }: Services,
  frontend: NonNullable<Services['frontend']>,
): void {
  const { sessions, connections } = frontend
  const connector = new ConnectorComponent(app, () => uplink.native.clients)
  const { useDict, useProtobuf } = (app.get('connectorConfig') ?? {}) as {
    useDict?: unknown
    useProtobuf?: unknown
  }
  app.load(connections)
  if (useDict) app.load({ name: '__dictionary__' })
  if (useProtobuf) app.load({ name: '__protobuf__' })
  app.load(connector)
  app.load(sessions)
  const schedulerConfig = app.get('schedulerConfig') ?? app.get('pushSchedulerConfig')
  app.load(new PushSchedulerComponent(app, schedulerConfig as object | undefined))
  for (const [name, object] of Object.entries(createFrontendRemotes(connector, sessions))) {
    remotes.add('sys', { name, object, isNative: false })
  }
}
