import { type AddressSource, type Asking, listOf, toUrl } from './address.ts'
import { ConnectionError, RequestError } from './errors.ts'

/** Where a client connects: asked before every attempt, and told what became of it. */
export class Destinations {
  readonly #source: AddressSource
  #told: readonly string[] = []
  /** Where no connection could be made, or was lost, since the last that was. */
  readonly #failed = new Set<string>()

  constructor(source: AddressSource) {
    this.#source = source
  }

  /** Returns the URL to try: of those that are told, the first that has not failed, or the first when all have. */
  async next(asking: Asking): Promise<string> {
    this.#told = await this.#ask(asking)
    // of what is told no more nothing is kept: a function may name another address each time
    for (const url of this.#failed) if (!this.#told.includes(url)) this.#failed.delete(url)
    const untried = this.#told.find((url) => !this.#failed.has(url))
    if (untried !== undefined) return untried
    this.#failed.clear()
    const [first] = this.#told
    if (first === undefined) throw new RangeError('no address to connect to')
    return first
  }

  reached(): void {
    this.#failed.clear()
  }

  failed(url: string): void {
    this.#failed.add(url)
  }

  async #ask(asking: Asking): Promise<readonly string[]> {
    const source = this.#source
    if (typeof source !== 'function') return listOf(source).map(toUrl)
    try {
      return listOf(await source(asking)).map(toUrl)
    } catch (error) {
      if (this.#told.length === 0 || isAnswer(error)) throw error
      return this.#told
    }
  }
}

/** Whether somebody was reached, and had something to say. */
export function isAnswer(error: unknown): boolean {
  if (error instanceof RequestError) return error.body !== undefined
  return error instanceof ConnectionError && (!error.reason.reconnect || error.reason.retryMs !== undefined)
}
