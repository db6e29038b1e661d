import type { MasterConfig, ServerEntry } from '../config/config.ts'
import { SetupError } from '../errors.ts'
import type { ServerInfo } from '../server-info.ts'
import type { ServerStats } from '../system/stats.ts'
import type { Launch, Life } from './life.ts'
import { reasonOf } from './report-error.ts'

/** A server dies only when it is running: what ends while it starts could not start. */
export type ServerState =
  | 'starting'
  | 'running'
  /** It died, and starts again after a pause. */
  | 'waiting'
  /** It was told to end. */
  | 'stopping'
  | 'stopped'
  /** Of a master only: it died, and its servers go on. */
  | 'gone'

/** How a server is doing, as its master sees it. */
export interface ServerStatus extends Partial<ServerStats> {
  readonly id: string
  readonly type: string
  readonly state: ServerState
  /** How long until it starts again, when it waits. */
  readonly restartsInMs?: number
  readonly pid?: number
  readonly incarnation?: number
  /** Where it is, if that is another machine. */
  readonly host?: string
}

/** Told of what the operator should know. */
export interface Reports {
  ready(entry: ServerEntry, tookMs: number): void
  died(entry: ServerEntry, why: string, restartsInMs: number): void
  /** It did not stop in time, and is killed. */
  overdue(entry: ServerEntry): void
}

export interface SupervisedServerOptions {
  readonly launch: Launch
  readonly reports: Reports
  readonly restart: MasterConfig['restart']
}

/** One server of the application through all its lives. */
export class SupervisedServer {
  readonly entry: ServerEntry
  readonly #options: SupervisedServerOptions
  #state: ServerState = 'stopped'
  #life: Life | undefined
  /** Whether its life was begun by another master. */
  #isAdopted = false
  /** Of the life that is running. */
  #info: ServerInfo | undefined
  #launching: Promise<void> | undefined
  #isWanted = false
  #pauseMs = 0
  #readyAt = 0
  #restartsAt = 0
  #timer: NodeJS.Timeout | undefined

  constructor(entry: ServerEntry, options: SupervisedServerOptions) {
    this.entry = entry
    this.#options = options
  }

  get state(): ServerState {
    return this.#state
  }

  /** Whether it starts again when it dies: it was not stopped on purpose. */
  get isWanted(): boolean {
    return this.#isWanted
  }

  get isAdopted(): boolean {
    return this.#isAdopted
  }

  /** Goes on with a life that it did not begin. Only for a server that was not started. */
  adopt(life: Life): void {
    this.#isWanted = true
    this.#isAdopted = true
    this.#state = 'running'
    this.#readyAt = Date.now()
    this.#follow(life)
    void life.ready.then((info) => this.#life === life && (this.#info = info))
  }

  /** @throws {SetupError} it cannot start; it is stopped then. */
  start(): Promise<void> {
    this.#isWanted = true
    clearTimeout(this.#timer)
    if (this.#state === 'running') return Promise.resolve()
    this.#launching ??= this.#launch().finally(() => (this.#launching = undefined))
    return this.#launching
  }

  /** Lets it live, but not again. */
  retire(): void {
    this.#isWanted = false
    clearTimeout(this.#timer)
    if (this.#state === 'waiting') this.#state = 'stopped'
  }

  /** Resolves when it has ended: by itself or, after `limitMs`, by force. */
  async stop(limitMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#options.reports.overdue(this.entry)
      this.#life?.kill()
    }, limitMs)
    await this.#end((life) => life.stop())
    clearTimeout(timer)
  }

  async kill(): Promise<void> {
    await this.#end((life) => life.kill())
  }

  async status(): Promise<ServerStatus> {
    const { id, type } = this.entry
    const state = this.#state
    if (state === 'waiting')
      return { id, type, state, restartsInMs: Math.max(0, this.#restartsAt - Date.now()) }
    const pid = this.#life?.pid
    const incarnation = this.#info?.incarnation
    // one that is too busy to answer is still to be seen
    const stats = state === 'running' ? await this.#life?.stats().catch(() => undefined) : undefined
    return {
      id,
      type,
      state,
      ...(pid !== undefined && { pid }),
      ...(incarnation !== undefined && { incarnation }),
      ...stats,
    }
  }

  async #launch(): Promise<void> {
    const startedAt = performance.now()
    this.#state = 'starting'
    this.#isAdopted = false
    const life = this.#options.launch(this.entry)
    this.#follow(life)
    try {
      this.#info = await life.ready
    } catch (cause) {
      await life.ended
      throw new SetupError(`${this.entry.id} cannot start: ${reasonOf(cause)}`, { cause })
    }
    if (this.state !== 'starting') return
    this.#state = 'running'
    this.#readyAt = Date.now()
    this.#options.reports.ready(this.entry, performance.now() - startedAt)
  }

  #follow(life: Life): void {
    this.#life = life
    void life.ended.then((how) => this.#onEnd(how))
  }

  async #end(end: (life: Life) => void): Promise<void> {
    this.retire()
    const life = this.#life
    if (life === undefined) return
    this.#state = 'stopping'
    end(life)
    await life.ended
    // whoever waits for the start is told before the next one
    await this.#launching?.catch(() => undefined)
  }

  #onEnd(how: string): void {
    const died = this.#state === 'running' && this.#isWanted
    this.#life = undefined
    this.#info = undefined
    this.#state = 'stopped'
    if (!died) return
    if (Date.now() - this.#readyAt >= soundAfterMs) this.#pauseMs = 0
    this.#wait(how)
  }

  #wait(why: string): void {
    const { minMs, maxMs } = this.#options.restart
    this.#pauseMs = Math.min(maxMs, Math.max(minMs, 2 * this.#pauseMs))
    this.#state = 'waiting'
    this.#restartsAt = Date.now() + this.#pauseMs
    this.#timer = setTimeout(() => void this.#restart(), this.#pauseMs)
    this.#options.reports.died(this.entry, why, this.#pauseMs)
  }

  async #restart(): Promise<void> {
    try {
      await this.start()
    } catch (error) {
      if (this.#isWanted) this.#wait(reasonOf(error))
    }
  }
}

/** A life this long owes nothing to the one before: the next pause is the shortest again. */
const soundAfterMs = 60_000
