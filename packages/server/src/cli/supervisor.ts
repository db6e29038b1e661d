import type { MasterConfig, ServerEntry } from '../config/config.ts'
import { ServerError } from '../errors.ts'
import type { Launch, Life } from './life.ts'
import { SupervisedServer } from './supervised-server.ts'
import type { Reports, ServerStatus } from './supervised-server.ts'

/** What a master can be told to do with its servers. No ids are all of them. */
export interface Supervisor {
  /** All that it has, the stopped ones too. */
  readonly entries: readonly ServerEntry[]
  /** The ids of those that start or stop right now. */
  readonly unsettled: readonly string[]
  /** Goes on with a server whose life another master began. */
  adopt(entry: ServerEntry, life: Life): void
  /** Forgets those that are still in the life in which they were adopted, and returns their ids. They go on. */
  release(): readonly string[]
  /** Starts none again that dies, until it is told to. */
  retire(): void
  /**
   * Starts servers, side by side.
   * @throws {SetupError} one cannot start; the others go on.
   */
  start(entries: readonly ServerEntry[]): Promise<void>
  /**
   * Stops frontends, then back ends, by force where they take too long. They stay stopped. After a stop of all,
   * nothing starts any more.
   * @throws {ServerError} `NOT_FOUND`: an id is unknown. So with all that take ids.
   */
  stop(ids?: readonly string[]): Promise<void>
  /** Ends servers at once. Otherwise as `stop`. */
  kill(ids?: readonly string[]): Promise<void>
  /**
   * Stops and starts one server after the other; without ids, those that were not stopped on purpose.
   * @throws {SetupError} one cannot start again; those after it are left as they were.
   */
  restart(ids?: readonly string[]): Promise<void>
  /** @throws {SetupError} it cannot start. It is forgotten then. */
  add(entry: ServerEntry): Promise<void>
  list(): Promise<readonly ServerStatus[]>
}

export interface SupervisorOptions {
  readonly launch: Launch
  readonly reports: Reports
  readonly config: MasterConfig
}

export function createSupervisor(options: SupervisorOptions): Supervisor {
  return new ServerSupervisor(options)
}

class ServerSupervisor implements Supervisor {
  readonly #options: SupervisorOptions
  readonly #servers = new Map<string, SupervisedServer>()
  #isClosing = false

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  get entries(): readonly ServerEntry[] {
    return [...this.#servers.values()].map((server) => server.entry)
  }

  get unsettled(): readonly string[] {
    const servers = [...this.#servers.values()]
    return servers
      .filter(({ state }) => state === 'starting' || state === 'stopping')
      .map((server) => server.entry.id)
  }

  adopt(entry: ServerEntry, life: Life): void {
    this.#create(entry).adopt(life)
  }

  release(): readonly string[] {
    const adopted = [...this.#servers.values()].filter((server) => server.isAdopted)
    for (const server of adopted) {
      server.retire()
      this.#servers.delete(server.entry.id)
    }
    return adopted.map((server) => server.entry.id)
  }

  retire(): void {
    for (const server of this.#servers.values()) server.retire()
  }

  async start(entries: readonly ServerEntry[]): Promise<void> {
    await Promise.all(entries.map((entry) => this.#create(entry).start()))
  }

  async stop(ids?: readonly string[]): Promise<void> {
    const servers = this.#choose(ids)
    this.#isClosing ||= ids === undefined
    // at once, or a back end that dies while the frontends stop would start again
    for (const server of servers) server.retire()
    const limitMs = this.#options.config.stopTimeoutMs * stopShare
    const deadline = Date.now() + limitMs
    const [frontends = [], backends = []] = [true, false].map((frontend) =>
      servers.filter((server) => server.entry.frontend === frontend),
    )
    await stopAll(frontends, backends.length > 0 ? limitMs / 2 : limitMs)
    await stopAll(backends, deadline - Date.now())
  }

  async kill(ids?: readonly string[]): Promise<void> {
    const servers = this.#choose(ids)
    this.#isClosing ||= ids === undefined
    await Promise.all(servers.map((server) => server.kill()))
  }

  async restart(ids?: readonly string[]): Promise<void> {
    const chosen = this.#choose(ids)
    this.#refuseClosing()
    for (const server of chosen) {
      // what was stopped on purpose stays so, unless it is named
      if (ids === undefined && !server.isWanted) continue
      this.#refuseClosing()
      await server.stop(this.#options.config.stopTimeoutMs * stopShare)
      this.#refuseClosing()
      await server.start()
    }
  }

  async add(entry: ServerEntry): Promise<void> {
    this.#refuseClosing()
    // another order may have added it while this one was looked at
    if (this.#servers.has(entry.id)) throw new ServerError('DENIED', `${entry.id} is there already`)
    try {
      await this.#create(entry).start()
    } catch (error) {
      this.#servers.delete(entry.id)
      throw error
    }
  }

  async list(): Promise<readonly ServerStatus[]> {
    return Promise.all([...this.#servers.values()].map((server) => server.status()))
  }

  #create(entry: ServerEntry): SupervisedServer {
    const { launch, reports, config } = this.#options
    const server = new SupervisedServer(entry, { launch, reports, restart: config.restart })
    this.#servers.set(entry.id, server)
    return server
  }

  #choose(ids?: readonly string[]): readonly SupervisedServer[] {
    if (ids === undefined) return [...this.#servers.values()]
    const unknown = ids.filter((id) => !this.#servers.has(id))
    if (unknown.length === 0) return ids.flatMap((id) => this.#servers.get(id) ?? [])
    const known = [...this.#servers.keys()].join(', ')
    throw new ServerError('NOT_FOUND', `no server ${unknown.join(', ')}: there are ${known}`)
  }

  #refuseClosing(): void {
    if (this.#isClosing) throw new ServerError('GONE', 'the application is stopping')
  }
}

/** What is left of `stopTimeoutMs` is for the master itself. */
const stopShare = 0.95

async function stopAll(servers: readonly SupervisedServer[], limitMs: number): Promise<void> {
  await Promise.all(servers.map((server) => server.stop(limitMs)))
}
