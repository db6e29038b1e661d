/** Those that are waited for, by name, until none is left. */
export class Awaited {
  readonly #names = new Set<string>()
  #onNone = (): void => {}

  add(name: string): void {
    this.#names.add(name)
  }

  /** It has come, or will not come. */
  end(name: string): void {
    this.#names.delete(name)
    if (this.#names.size === 0) this.#onNone()
  }

  endAll(): void {
    this.#names.clear()
    this.#onNone()
  }

  /** Resolves when none is left: at once, if none is. */
  async none(): Promise<void> {
    if (this.#names.size > 0) await new Promise<void>((resolve) => (this.#onNone = resolve))
  }
}
