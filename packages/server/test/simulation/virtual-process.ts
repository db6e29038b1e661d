/** What happens at a moment. */
export interface Event {
  /** Whose it is; undefined for what no virtual process can stop. */
  readonly process: VirtualProcess | undefined
  /** Whether it was set by the process itself, rather than sent by another. */
  readonly isTimer: boolean
  readonly cancelled: boolean
  run(): void
}

/** A process that is only pretended: what runs in it stops when it is frozen, and never goes on when it is dead. */
export class VirtualProcess {
  readonly name: string
  /** What should have happened in it while it was frozen. */
  backlog: Event[] = []
  /** When it was last frozen, until it goes on again, in virtual milliseconds. */
  frozenUntil = -Infinity
  frozenSince = Infinity
  #state: 'running' | 'frozen' | 'dead' = 'running'

  constructor(name: string) {
    this.name = name
  }

  get state(): 'running' | 'frozen' | 'dead' {
    return this.#state
  }

  freeze(now: number): void {
    if (this.#state !== 'running') return
    this.#state = 'frozen'
    this.frozenSince = now
    this.frozenUntil = Infinity
  }

  /** Goes on. Returns what it has missed, in the order in which it was due. */
  thaw(now: number): Event[] {
    if (this.#state !== 'frozen') return []
    this.#state = 'running'
    this.frozenUntil = now
    this.frozenSince = Infinity
    return this.backlog.splice(0).filter(({ cancelled }) => !cancelled)
  }

  kill(): void {
    this.#state = 'dead'
    this.backlog = []
  }
}
