import { connect } from '@shaddock/client'
import type { ConnectOptions } from '@shaddock/client'
import type { Contract } from '@shaddock/protocol'
import type { AppDefinition, Application } from '../app.ts'
import type { Bus } from '../bus/bus.ts'
import { createMemoryNetwork } from '../bus/memory.ts'
import type { Config, ServerEntry } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import type { Log } from '../log.ts'
import { startServer } from '../start.ts'
import type { RunningServer } from '../start.ts'
import { createMemoryTransport } from '../transport/memory.ts'
import type { MemoryClient, MemoryTransport } from '../transport/memory.ts'
import { createErrorLog } from './error-log.ts'
import { createMemorySocket } from './memory-socket.ts'
import { remembering } from './test-client.ts'
import type { TestClient } from './test-client.ts'

export interface ClusterOptions {
  /** Whose config is read. @default 'development' */
  readonly environment?: string
  /** Replaces settings of the config. */
  readonly connector?: Partial<Config['connector']>
  readonly cluster?: Partial<Config['cluster']>
  readonly master?: Partial<Config['master']>
  /** Takes what all servers log. @default errors are printed */
  readonly log?: Log
}

/** A whole application in this process, without a network: the same code as in production, on a memory bus. */
export interface Cluster<C extends Contract> extends AsyncDisposable {
  /** The ids of the servers that run. */
  readonly servers: readonly string[]
  /** @throws {Error} no such server runs. */
  app(serverId: string): Application<C>
  /**
   * Connects a client to a frontend: that server, or the first of that type. It is closed with the cluster.
   * @throws {ConnectionError} the server is not there or refuses.
   */
  connect(server: string, options?: ConnectOptions<C>): Promise<TestClient<C>>
  /** Opens a connection without a client's protocol on it: a test sends what bytes it likes. */
  connectRaw(serverId: string): MemoryClient
  /** Starts one more server, `<type>-<number>` as the others. */
  add(type: string): Promise<string>
  /** Stops a server in order. */
  stop(serverId: string): Promise<void>
  /** Ends a server as the death of its process would. The others know when it resolves. */
  crash(serverId: string): Promise<void>
  /** Starts a server again that was stopped or has crashed. */
  restart(serverId: string): Promise<void>
}

/**
 * Starts an application's servers: `await using cluster = await startCluster(chat, { connector: 2, chat: 1 })`.
 * Resolves when every server knows all the others. Frontends are the types that are so in `config/servers.json`.
 */
export async function startCluster<C extends Contract>(
  definition: AppDefinition<C>,
  counts: Readonly<Record<string, number>>,
  options: ClusterOptions = {},
): Promise<Cluster<C>> {
  const loaded = await loadConfig(definition.directory, options.environment ?? 'development')
  const config: Config = {
    ...loaded,
    connector: { ...loaded.connector, ...options.connector },
    cluster: { ...loaded.cluster, ...options.cluster },
    master: { ...loaded.master, ...options.master },
  }
  const cluster = new MemoryCluster<C>(definition, config, options.log)
  try {
    for (const [type, count] of Object.entries(counts)) {
      for (let number = 1; number <= count; number++) await cluster.add(type)
    }
  } catch (error) {
    await cluster[Symbol.asyncDispose]()
    throw error
  }
  return cluster
}

interface Member {
  readonly server: RunningServer
  readonly bus: Bus
  readonly transport: MemoryTransport
}

class MemoryCluster<C extends Contract> implements Cluster<C> {
  readonly #definition: AppDefinition
  readonly #config: Config
  readonly #log: Log | undefined
  readonly #network = createMemoryNetwork()
  readonly #members = new Map<string, Member>()
  /** Of all servers that ever ran. */
  readonly #entries = new Map<string, ServerEntry>()
  readonly #clients: { close(): void }[] = []
  readonly #WebSocket = createMemorySocket((id) => this.connectRaw(id))

  constructor(definition: AppDefinition, config: Config, log: Log | undefined) {
    this.#definition = definition
    this.#config = config
    this.#log = log
  }

  get servers(): readonly string[] {
    return [...this.#members.keys()]
  }

  app(serverId: string): Application<C> {
    // a contract is types only
    return this.#member(serverId).server.app as unknown as Application<C>
  }

  async connect(server: string, options: ConnectOptions<C> = {}): Promise<TestClient<C>> {
    const id = this.#members.has(server) ? server : this.#firstOf(server)
    let testClient: TestClient<C> | undefined
    const client = await connect<C>(id ?? server, {
      reconnect: false,
      ...options,
      // from the first moment, so that no push is missed
      onOpen: (client) => options.onOpen?.((testClient ??= remembering(client))),
      WebSocket: this.#WebSocket,
    })
    this.#clients.push(client)
    return testClient ?? remembering(client)
  }

  connectRaw(serverId: string): MemoryClient {
    return this.#member(serverId).transport.connect()
  }

  async add(type: string): Promise<string> {
    const earlier = [...this.#entries.values()].filter((entry) => entry.type === type)
    const entry = this.#entry(type, earlier.length + 1)
    this.#entries.set(entry.id, entry)
    await this.#start(entry)
    return entry.id
  }

  async restart(serverId: string): Promise<void> {
    const entry = this.#entries.get(serverId)
    if (entry === undefined || this.#members.has(serverId))
      throw new Error(`${serverId} has not stopped: there are ${this.servers.join(', ')}`)
    await this.#start(entry)
  }

  async #start(entry: ServerEntry): Promise<void> {
    const log = this.#log ?? createErrorLog(entry.id)
    const transport = createMemoryTransport({ limits: this.#config.connector })
    const bus = this.#network.createBus({
      maxPendingRequests: this.#config.cluster.maxPendingCalls,
      onError: (error, subject) => log.error({ err: error, subject }, 'a subscriber failed'),
    })
    const server = await startServer({
      definition: this.#definition,
      config: this.#config,
      entry,
      bus,
      log,
      transport,
    })
    this.#members.set(entry.id, { server, bus, transport })
    await this.#seenByAll(server)
  }

  async stop(serverId: string): Promise<void> {
    const { server } = this.#member(serverId)
    this.#members.delete(serverId)
    await server.stop()
  }

  async crash(serverId: string): Promise<void> {
    const { server, bus, transport } = this.#member(serverId)
    this.#members.delete(serverId)
    this.#network.crash(bus)
    transport.crash()
    await new Promise((resolve) => setImmediate(resolve))
    // nobody hears what it says while its timers end
    await server.stop().catch(() => undefined)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) client.close()
    // frontends first, so that what their clients leave behind is still served
    const byRole = this.servers.toSorted((a, b) => Number(this.#isFrontend(b)) - Number(this.#isFrontend(a)))
    const failures: unknown[] = []
    for (const id of byRole) await this.stop(id).catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw new AggregateError(failures, failures.map(String).join('; '))
  }

  #entry(type: string, number: number): ServerEntry {
    const known = this.#config.servers.find((server) => server.type === type)
    const id = `${type}-${number}`
    const settings =
      this.#config.servers.find((server) => server.id === id)?.settings ?? known?.settings ?? {}
    const frontend = known?.frontend ?? false
    return {
      id,
      type,
      host: id,
      clientHost: id,
      ...(frontend && { clientPort: number }),
      frontend,
      args: [],
      settings,
    }
  }

  #firstOf(type: string): string | undefined {
    return this.servers.find((id) => this.#member(id).server.info.type === type)
  }

  #isFrontend(id: string): boolean {
    return this.#member(id).server.info.frontend
  }

  #member(id: string): Member {
    const member = this.#members.get(id)
    if (member === undefined) throw new Error(`no server ${id} runs: there are ${this.servers.join(', ')}`)
    return member
  }

  async #seenByAll({ info }: RunningServer): Promise<void> {
    for (const { server } of this.#members.values()) {
      while (!server.app.servers(info.type).some(({ id }) => id === info.id)) await nextChange(server)
    }
  }
}

function nextChange({ app }: RunningServer): Promise<void> {
  return new Promise((resolve) => {
    const undo = app.onServers(() => {
      undo()
      resolve()
    })
  })
}
