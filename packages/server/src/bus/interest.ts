import { ProtocolError } from '@shaddock/protocol'
import type { Frame } from './frame.ts'

/** The way to another bus, or back to the own one. */
export interface Link {
  /** Whether so much waits to be sent that nothing more should be asked. */
  readonly full: boolean
  /** How many requests that went over it wait for an answer. `Requests` keeps it. */
  waiting: number
  /** Sends in a later turn, in order. Does nothing once the link is lost. */
  send(frame: Frame): void
  /** Loses the link at once, and lets the other side know. */
  cut(): void
}

/** A bus that subscribes to a subject: where it is, and the number that it gave to the subject. */
export interface Listener {
  readonly link: Link
  readonly number: number
}

/** Who listens where: the subjects that each link's other side subscribes to. */
export class Interest {
  readonly #own: Link
  readonly #listeners = new Map<string, Listeners>()
  readonly #byLink = new Map<Link, Map<number, Entry>>()

  /** `own` is the link that is preferred when somebody is to be asked. */
  constructor(own: Link) {
    this.#own = own
  }

  /** @throws {ProtocolError} the other side gave this number before. */
  add(listener: Listener, subject: string): void {
    const { link, number } = listener
    const ofLink = this.#byLink.get(link) ?? new Map<number, Entry>()
    if (ofLink.has(number)) throw new ProtocolError(`subject ${number} is announced twice`)
    this.#byLink.set(link, ofLink.set(number, { listener, subject }))
    const listeners = this.#listeners.get(subject)
    if (listeners === undefined) this.#listeners.set(subject, { all: [listener], turn: 0 })
    else if (link === this.#own) listeners.all = [listener, ...listeners.all]
    else listeners.all.push(listener)
  }

  remove(link: Link, number: number): void {
    const entry = this.#byLink.get(link)?.get(number)
    if (entry === undefined) return
    this.#byLink.get(link)?.delete(number)
    this.#drop(entry)
  }

  /** Forgets all that a link's other side subscribes to. */
  removeLink(link: Link): void {
    const entries = this.#byLink.get(link)?.values() ?? []
    this.#byLink.delete(link)
    for (const entry of entries) this.#drop(entry)
  }

  all(subject: string): readonly Listener[] {
    return this.#listeners.get(subject)?.all ?? nobody
  }

  /** Returns whom to ask: the own bus if it listens, else the others in turn. */
  pick(subject: string): Listener | undefined {
    const listeners = this.#listeners.get(subject)
    if (listeners === undefined) return undefined
    if (listeners.all[0]?.link === this.#own) return listeners.all[0]
    return listeners.all[listeners.turn++ % listeners.all.length]
  }

  #drop({ listener, subject }: Entry): void {
    const listeners = this.#listeners.get(subject)!
    if (listeners.all.length === 1) this.#listeners.delete(subject)
    else listeners.all = listeners.all.toSpliced(listeners.all.indexOf(listener), 1)
  }
}

interface Entry {
  readonly listener: Listener
  readonly subject: string
}

interface Listeners {
  /** The own bus first. Added to, but replaced to take from: whoever goes through it may lose a link on the way. */
  all: Listener[]
  /** Whose turn it is to be asked. */
  turn: number
}

const nobody: readonly Listener[] = []
