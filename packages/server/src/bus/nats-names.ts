/** The subjects at NATS of one bus, by its id. */
export class NatsNames {
  /** Where everybody says who is there. */
  readonly presence: string
  readonly #prefix: string
  readonly #id: string
  /** Where in a name made by `unheard` that of the asking bus begins. */
  readonly #idAt: number

  /** `prefix` is what all subjects begin with, a dot last. */
  constructor(prefix: string, id: string) {
    this.presence = `${prefix}here`
    this.#prefix = prefix
    this.#id = id
    this.#idAt = this.unheard('', 0).indexOf(id)
  }

  /** Where a bus hears what is for it. */
  box(id: string): string {
    return `${this.#prefix}box.${id}`
  }

  /** Where NATS tells this bus that nobody heard what it said to another, over which of its links. It names both. */
  unheard(peer: string, link: number | '*'): string {
    return `${this.#prefix}unheard.${this.#id}.${peer}.${link}`
  }

  /** Returns whose `unheard` that is. */
  speakerOf(unheard: string): string {
    return unheard.slice(this.#idAt, this.#idAt + this.#id.length)
  }

  /** Returns whom nobody heard, and the number of the link. */
  listenerOf(unheard: string): { peer: string; link: number } {
    const [peer = '', link] = unheard.split('.').slice(-2)
    return { peer, link: Number(link) }
  }
}
