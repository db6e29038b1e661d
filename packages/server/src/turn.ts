/** Gathers what is said in one turn of the event loop, and hands it on, in order, when that turn ends. */
export class Turn<Item> {
  #items: Item[] = []
  readonly #deliver: (items: readonly Item[]) => void

  constructor(deliver: (items: readonly Item[]) => void) {
    this.#deliver = deliver
  }

  push(item: Item): void {
    if (this.#items.push(item) === 1) setImmediate(() => this.flush())
  }

  /** Hands on what is there, without waiting for the end of the turn. */
  flush(): void {
    if (this.#items.length === 0) return
    const items = this.#items
    this.#items = []
    this.#deliver(items)
  }
}
