import type { App } from '../app.ts'
import { events } from '../events.ts'
import type { RpcServices } from '../rpc/services.ts'
import type { Uplink } from '../uplink.ts'
import { ConsoleService } from './console-service.ts'
import { AdminLink } from './link.ts'
import { createConsoleMonitor } from './modules/console-monitor.ts'
import { systemModules } from './modules/system.ts'
import { createServerWatcher } from './modules/watch-server.ts'
import { MonitorAgent } from './monitor-agent.ts'
import { registerModules, startModules } from './register-modules.ts'

/** The admin modules of a server, and of the master as one of the servers. */
export class MonitorConsole {
  readonly #app: App
  readonly #link: AdminLink
  readonly #service = new ConsoleService(false)
  #isOver = false

  constructor(app: App, uplink: Uplink, services: RpcServices) {
    this.#app = app
    this.#link = new AdminLink(uplink, services, app.serverId)
    this.#service.agent = new MonitorAgent(app, this.#service, this.#link)
    this.#link.serve('monitor', this.#serve())
  }

  /** Registers and starts the modules. The master may call them from now on. */
  async start(): Promise<void> {
    const app = this.#app
    const modules = registerModules(app, this.#service, [
      { moduleId: '__console__', make: () => createConsoleMonitor(app) },
      { moduleId: 'watchServer', make: (service) => createServerWatcher(app, service) },
      ...systemModules(app),
    ])
    this.#service.start()
    await startModules(modules)
  }

  stop(): void {
    this.#service.stop()
  }

  /**
   * Tells the master, which counts, that this process has started and sees all servers of the config: when all do, route
   * functions choose alike everywhere. Without a master nobody counts.
   */
  started(): void {
    const { event, servers } = this.#app
    const isMissing = Object.keys(this.#app.getServersFromConfig()).some((id) => servers[id] === undefined)
    if (isMissing) return void event.once(events.ADD_SERVERS, () => this.started())
    this.#link.sendToMaster({ method: 'started', args: [this.#app.serverId] }, false).catch(() => undefined)
  }

  #serve(): object {
    return {
      handle: (moduleId: string, msg: unknown, callback: unknown) =>
        this.#service.execute(moduleId, 'monitorHandler', msg, callback),
      command: (command: string, moduleId: string) => {
        if (command === 'enable') this.#service.enable(moduleId)
        if (command === 'disable') this.#service.disable(moduleId)
      },
      startOver: () => {
        // a new master may say so again
        if (this.#isOver) return
        this.#isOver = true
        this.#app.lifecycleCbs.afterStartAll?.(this.#app)
        this.#app.event.emit(events.START_ALL)
      },
    }
  }
}
