import type { App } from '../app.ts'
import { getLogger } from '../log.ts'
import type { Fleet } from '../master/fleet.ts'
import { toPomeloServer } from '../native/entry.ts'
import type { RpcServices } from '../rpc/services.ts'
import type { Uplink } from '../uplink.ts'
import { isAllowed } from './access.ts'
import { AdminPort } from './admin-port.ts'
import type { ToolRequest } from './admin-port.ts'
import { ConsoleService } from './console-service.ts'
import { AdminLink } from './link.ts'
import { MasterAgent } from './master-agent.ts'
import { createConsoleMaster } from './modules/console-master.ts'
import { systemModules } from './modules/system.ts'
import { createServerWatcher } from './modules/watch-server.ts'
import { registerModules, startModules } from './register-modules.ts'
import { authenticate } from './users.ts'

const logger = getLogger('pomelo-admin')
const adminLogger = getLogger('admin-log')

/** The admin modules of the master, and its port for tools. */
export class MasterConsole {
  readonly #app: App
  readonly #service = new ConsoleService(true)
  readonly #agent: MasterAgent
  readonly #port: AdminPort
  readonly #started = new Set<string>()
  #isOver = false

  constructor(app: App, uplink: Uplink, services: RpcServices) {
    this.#app = app
    const link = new AdminLink(uplink, services, app.serverId)
    this.#agent = new MasterAgent(this.#service, link)
    this.#service.agent = this.#agent
    link.serve('master', {
      handle: (moduleId: string, msg: unknown, callback: unknown) =>
        this.#service.execute(moduleId, 'masterHandler', msg, callback),
      started: (serverId: string) => this.#count(serverId),
    })
    const { host = '127.0.0.1', port = 3005 } = app.master ?? {}
    this.#port = new AdminPort({
      host,
      port: Number(port),
      authenticate: (credentials) => authenticate(app, credentials),
      onRequest: (request, answer) => this.#onRequest(request, answer),
      onClient: (client) => (this.#agent.clients[client.id] = client),
      onClientGone: (client) => {
        if (this.#agent.clients[client.id] === client) Reflect.deleteProperty(this.#agent.clients, client.id)
      },
    })
  }

  /** Opens the port. @throws {Error} it is taken, most likely by another master of this application. */
  async listen(): Promise<void> {
    const { host, port } = this.#app.master ?? {}
    try {
      const listening = await this.#port.listen()
      logger.info('tools are served on %s:%d', host, listening)
    } catch (cause) {
      throw new Error(
        `the admin port ${host}:${port} of config/master.json cannot be opened: ${(cause as Error).message}`,
        { cause },
      )
    }
  }

  /** Registers and starts the modules. */
  async start(fleet: Fleet, uplink: Uplink): Promise<void> {
    const app = this.#app
    this.#follow(uplink)
    const modules = registerModules(app, this.#service, [
      { moduleId: '__console__', make: () => createConsoleMaster(fleet) },
      { moduleId: 'watchServer', make: (service) => createServerWatcher(app, service) },
      ...systemModules(app),
    ])
    this.#service.start()
    await startModules(modules)
  }

  async stop(): Promise<void> {
    this.#service.stop()
    await this.#port.close()
  }

  /** The servers that are there, and the master as one of them. */
  #follow({ native }: Uplink): void {
    for (const server of native.servers()) {
      this.#agent.add(toPomeloServer(server))
      // those of a master that is gone have told it, and tell nobody again
      this.#started.add(server.id)
    }
    native.onServers((joined, left) => {
      for (const server of left) {
        this.#agent.remove(server.id)
        this.#service.emit('disconnect', server.id, server.type, toPomeloServer(server))
      }
      for (const server of joined) {
        this.#agent.add(toPomeloServer(server))
        this.#service.emit('register', toPomeloServer(server))
      }
    })
  }

  #count(serverId: string): void {
    this.#started.add(serverId)
    const awaited = [this.#app.serverId, ...Object.keys(this.#app.getServersFromConfig())]
    if (this.#isOver || !awaited.every((id) => this.#started.has(id))) return
    this.#isOver = true
    logger.info('all servers have started in %d ms', Date.now() - (this.#app.startTime ?? 0))
    this.#agent.startOver()
  }

  #onRequest({ user, message }: ToolRequest, answer: (error?: unknown, body?: unknown) => void): void {
    const { command, moduleId = '', body } = message
    const denied = isAllowed({ command, moduleId, body }, user.level)
      ? undefined
      : 'Command permission denied'
    const { password: _, ...shown } = (body ?? {}) as { readonly password?: unknown }
    adminLogger[denied === undefined ? 'info' : 'error'](
      JSON.stringify({ user: user.username, command, moduleId, msg: shown, error: denied }),
    )
    if (denied !== undefined) answer(new Error(denied))
    else if (command === undefined) this.#service.execute(moduleId, 'clientHandler', body ?? {}, answer)
    else this.#command(command, moduleId, answer)
  }

  #command(command: string, moduleId: string, answer: (error?: unknown, body?: unknown) => void): void {
    const modules = Object.keys(this.#service.modules).filter((id) => !/^__\w+__$/.test(id))
    if (command === 'list') return answer(null, { modules })
    if (command !== 'enable' && command !== 'disable') return answer(`unknown command:${command}`)
    if (this.#service.modules[moduleId] === undefined) return answer(null, -1)
    this.#service[command](moduleId)
    this.#agent.notifyCommand(command, moduleId)
    answer(null, 1)
  }
}
