import { callBack } from '../callback.ts'
import type { PomeloServer } from '../config/servers.ts'
import { getLogger } from '../log.ts'
import type { ConsoleService } from './console-service.ts'
import type { AdminLink } from './link.ts'

/** A server, or a tool, as the master's modules look at it. */
export interface AgentRecord {
  readonly id: string
  readonly type: string
  readonly pid: number | undefined
  readonly info: PomeloServer
}

/** A tool that is connected. */
export interface AgentClient {
  readonly id: string
  notify(moduleId: string, msg: unknown): void
}

const logger = getLogger('pomelo-admin')

/** What the modules of the master talk to servers and tools with. */
export class MasterAgent {
  /** All servers by id, the master's own among them. */
  readonly idMap: Record<string, AgentRecord> = {}
  readonly typeMap: Record<string, AgentRecord[]> = {}
  /** Nobody: there is one server of an id. */
  readonly slaveMap: Record<string, AgentRecord[]> = {}
  readonly clients: Record<string, AgentClient> = {}
  readonly consoleService: ConsoleService
  readonly #link: AdminLink

  constructor(consoleService: ConsoleService, link: AdminLink) {
    this.consoleService = consoleService
    this.#link = link
  }

  add(server: PomeloServer): void {
    this.remove(server.id)
    const { id, serverType: type, pid } = server
    const record = { id, type, pid: typeof pid === 'number' ? pid : undefined, info: server }
    this.idMap[id] = record
    ;(this.typeMap[type] ??= []).push(record)
  }

  remove(id: string): void {
    const record = this.idMap[id]
    if (record === undefined) return
    Reflect.deleteProperty(this.idMap, id)
    const rest = (this.typeMap[record.type] ?? []).filter((each) => each.id !== id)
    if (rest.length > 0) this.typeMap[record.type] = rest
    else Reflect.deleteProperty(this.typeMap, record.type)
  }

  /** Calls a server's handler of a module, and calls back with what that called back with. */
  request(serverId: string, moduleId: string, msg: unknown, callback?: unknown): boolean {
    if (this.idMap[serverId] === undefined) {
      callBack(callback, new Error(`unknown server id:${serverId}`))
      return false
    }
    this.#link.send(serverId, { method: 'handle', args: [moduleId, msg] }, true).then(
      (outcome) => callBack(callback, ...outcome),
      (error: unknown) => callBack(callback, error),
    )
    return true
  }

  requestServer(
    serverId: string,
    _info: unknown,
    moduleId: string,
    msg: unknown,
    callback?: unknown,
  ): boolean {
    return this.request(serverId, moduleId, msg, callback)
  }

  notifyById(serverId: string, moduleId: string, msg: unknown): boolean {
    if (this.idMap[serverId] !== undefined)
      return this.#notify([serverId], { method: 'handle', args: [moduleId, msg] })
    logger.error('there is no server %s to notify', serverId)
    return false
  }

  notifyByServer(serverId: string, _info: unknown, moduleId: string, msg: unknown): boolean {
    return this.notifyById(serverId, moduleId, msg)
  }

  notifyByType(type: string, moduleId: string, msg: unknown): boolean {
    const records = this.typeMap[type]
    if (records !== undefined)
      return this.#notify(
        records.map(({ id }) => id),
        { method: 'handle', args: [moduleId, msg] },
      )
    logger.error('there is no server of type %s to notify', type)
    return false
  }

  notifyAll(moduleId: string, msg: unknown): boolean {
    return this.#notify(Object.keys(this.idMap), { method: 'handle', args: [moduleId, msg] })
  }

  notifySlavesById(): boolean {
    return false
  }

  /** Enables or disables a module on all servers. */
  notifyCommand(command: string, moduleId: string): boolean {
    return this.#notify(Object.keys(this.idMap), { method: 'command', args: [command, moduleId] })
  }

  notifyClient(clientId: string, moduleId: string, msg: unknown): boolean {
    const client = this.clients[clientId]
    client?.notify(moduleId, msg)
    return client !== undefined
  }

  getClientById(clientId: string): AgentClient | undefined {
    return this.clients[clientId]
  }

  /** Tells all servers that all have started. */
  startOver(): void {
    this.#notify(Object.keys(this.idMap), { method: 'startOver', args: [] })
  }

  set(moduleId: string, value: unknown): void {
    this.consoleService.set(moduleId, value)
  }

  get(moduleId: string): unknown {
    return this.consoleService.get(moduleId)
  }

  #notify(serverIds: readonly string[], call: { method: string; args: unknown[] }): boolean {
    for (const id of serverIds) {
      this.#link.send(id, call, false).catch((error: unknown) => {
        logger.warn('%s was not notified: %s', id, (error as Error).message)
      })
    }
    return true
  }
}
