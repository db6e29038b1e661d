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
  readonly #subjects = new Map<Link, Map<number, string>>()

  /** `own` is the link that is preferred when somebody is to be asked. */
  constructor(own: Link) {
    this.#own = own
  }

  /** @throws {ProtocolError} the other side gave this number before. */
  add(listener: Listener, subject: string): void {
    const subjects = this.#subjects.get(listener.link) ?? new Map<number, string>()
    if (subjects.has(listener.number))
      throw new ProtocolError(`subject ${listener.number} is announced twice`)
    this.#subjects.set(listener.link, subjects.set(listener.number, subject))
    const { all: known, turn } = this.#listeners.get(subject) ?? { all: nobody, turn: 0 }
    const all = listener.link === this.#own ? [listener, ...known] : [...known, listener]
    this.#listeners.set(subject, { all, turn })
  }

  remove(link: Link, number: number): void {
    const subject = this.#subjects.get(link)?.get(number)
    if (subject === undefined) return
    this.#subjects.get(link)?.delete(number)
    this.#drop(subject, (listener) => listener.link === link && listener.number === number)
  }

  /** Forgets all that a link's other side subscribes to. */
  removeLink(link: Link): void {
    const subjects = new Set(this.#subjects.get(link)?.values())
    this.#subjects.delete(link)
    for (const subject of subjects) this.#drop(subject, (listener) => listener.link === link)
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

  #drop(subject: string, isGone: (listener: Listener) => boolean): void {
    const listeners = this.#listeners.get(subject)
    if (listeners === undefined) return
    listeners.all = listeners.all.filter((listener) => !isGone(listener))
    if (listeners.all.length === 0) this.#listeners.delete(subject)
  }
}

interface Listeners {
  /** The own bus first. Replaced, not changed: whoever goes through it may lose a link on the way. */
  all: readonly Listener[]
  /** Whose turn it is to be asked. */
  turn: number
}

const nobody: readonly Listener[] = []
