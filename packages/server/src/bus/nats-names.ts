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
    this.#idAt = this.unheard('').indexOf(id)
  }

  /** Where a bus hears what is for it. */
  box(id: string): string {
    return `${this.#prefix}box.${id}`
  }

  /** Where NATS tells this bus that nobody heard what it said to another. It names both. */
  unheard(peer: string): string {
    return `${this.#prefix}unheard.${this.#id}.${peer}`
  }

  /** Returns whose `unheard` that is. */
  speakerOf(unheard: string): string {
    return unheard.slice(this.#idAt, this.#idAt + this.#id.length)
  }

  /** Returns whom nobody heard. */
  listenerOf(unheard: string): string {
    return unheard.slice(unheard.lastIndexOf('.') + 1)
  }
}

/**
 * What a bus says to all: that it, by its id, is there, or is no more; or that nobody hears another, which then all try
 * for themselves: one who cannot reach it may be the one that is cut off.
 */
export const signs = { here: '+', gone: '-', unheard: '?' } as const
