import type { App } from '../app.ts'
import { callBack } from '../callback.ts'
import type { PomeloServer } from '../config/servers.ts'
import { getLogger } from '../log.ts'
import type { ConsoleService } from './console-service.ts'
import type { AdminLink } from './link.ts'

const logger = getLogger('pomelo-admin')

/** What the modules of a server talk to their master with. */
export class MonitorAgent {
  readonly id: string
  readonly type: string
  readonly info: PomeloServer | undefined
  readonly consoleService: ConsoleService
  readonly #link: AdminLink

  constructor(app: App, consoleService: ConsoleService, link: AdminLink) {
    this.id = app.serverId
    this.type = app.serverType
    this.info = app.curServer
    this.consoleService = consoleService
    this.#link = link
  }

  /** Calls the master's handler of a module. */
  notify(moduleId: string, msg: unknown): void {
    this.#link.sendToMaster({ method: 'handle', args: [moduleId, msg] }, false).catch((error: unknown) => {
      logger.warn('the master was not told of %s: %s', moduleId, (error as Error).message)
    })
  }

  request(moduleId: string, msg: unknown, callback?: unknown): void {
    this.#link.sendToMaster({ method: 'handle', args: [moduleId, msg] }, true).then(
      (outcome) => callBack(callback, ...outcome),
      (error: unknown) => callBack(callback, error),
    )
  }

  set(moduleId: string, value: unknown): void {
    this.consoleService.set(moduleId, value)
  }

  get(moduleId: string): unknown {
    return this.consoleService.get(moduleId)
  }
}
