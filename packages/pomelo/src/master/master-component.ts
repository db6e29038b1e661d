import { defineApp } from 'shaddock'
import { createSupervisor, joinServer } from 'shaddock/embed'
import type { Life, Supervisor } from 'shaddock/embed'
import { MasterConsole } from '../admin/master-console.ts'
import { MonitorConsole } from '../admin/monitor-console.ts'
import type { App } from '../app.ts'
import { setRunning } from '../application/running.ts'
import { callBack } from '../callback.ts'
import type { Callback } from '../callback.ts'
import { toConfig } from '../native/config.ts'
import { entryOf, entryOfRunning, toEntry, toPomeloServer } from '../native/entry.ts'
import { followServers } from '../native/follow-servers.ts'
import type { Component } from '../component.ts'
import { events } from '../events.ts'
import { createShaddockLog, getLogger } from '../log.ts'
import { RpcServices } from '../rpc/services.ts'
import { Uplink } from '../uplink.ts'
import { adoptLife } from './adopt.ts'
import { createFleet } from './fleet.ts'
import { createLaunch } from './launch.ts'
import { createReports } from './reports.ts'

const logger = getLogger('pomelo', 'master')

/** The component `__master__`: starts the servers of servers.json, watches them, and serves the admin port. */
export class MasterComponent implements Component {
  readonly name = '__master__'
  readonly #app: App
  readonly #uplink: Uplink
  readonly #console: MasterConsole
  readonly #monitor: MonitorConsole
  #supervisor: Supervisor | undefined

  constructor(app: App) {
    this.#app = app
    const services = new RpcServices()
    this.#uplink = new Uplink(app, services)
    this.#console = new MasterConsole(app, this.#uplink, services)
    this.#monitor = new MonitorConsole(app, this.#uplink, services)
  }

  start(callback: Callback): void {
    settle(this.#start(), callback)
  }

  stop(_force: boolean, callback: Callback): void {
    settle(this.#stop(), callback)
  }

  async #start(): Promise<void> {
    const app = this.#app
    // before anything else: it is what two masters of one application would quarrel about
    await this.#console.listen()
    const config = toConfig(app)
    const definition = defineApp(app.base, (native) => this.#uplink.open(native), { loadsFolders: false })
    const server = await joinServer({ definition, config, entry: toEntry(app), log: createShaddockLog() })
    setRunning(app, server)
    const { native } = this.#uplink
    followServers(app, native)
    const supervisor = createSupervisor({
      launch: createLaunch(app, native, (id) => void this.#supervisor?.stop([id])),
      reports: createReports(),
      config: config.master,
    })
    this.#supervisor = supervisor
    const { stopTimeoutMs } = config.master
    const fleet = createFleet({ app, supervisor, foreign: (id) => this.#foreign(id), stopTimeoutMs })
    await this.#console.start(fleet, this.#uplink)
    await this.#monitor.start()
    app.event.once(events.START_SERVER, () => this.#monitor.started())
    if (app.mode !== 'stand-alone' && app.type !== 'master' && app.startId !== 'master')
      this.#launchAll(supervisor)
  }

  async #stop(): Promise<void> {
    this.#monitor.stop()
    await this.#supervisor?.stop()
    await this.#console.stop()
  }

  /** Waits for none: one that cannot start keeps none of the others from it. */
  #launchAll(supervisor: Supervisor): void {
    const { native } = this.#uplink
    // those of a master that is gone serve on
    const running = native.servers().filter(({ type }) => type !== 'master')
    for (const server of running)
      supervisor.adopt(entryOfRunning(this.#app, toPomeloServer(server)), adoptLife(native, server))
    for (const server of Object.values(this.#app.getServersFromConfig())) {
      if (running.some(({ id }) => id === server.id)) continue
      supervisor
        .start([entryOf(server)])
        .catch((error: unknown) => logger.error('%s', (error as Error).message))
    }
  }

  /** The life of a server that neither this master started nor the one before it. */
  #foreign(id: string): Life | undefined {
    const { native } = this.#uplink
    const server = native.servers().find((each) => each.id === id)
    return server && adoptLife(native, server)
  }
}

function settle(done: Promise<void>, callback: Callback): void {
  done.then(
    () => callBack(callback),
    (error: unknown) => callBack(callback, error),
  )
}
