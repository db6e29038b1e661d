import type { Link } from '../room.ts'
import { byId } from './element.ts'

const states: Readonly<Record<Link | 'none', string>> = {
  none: 'Not connected',
  connecting: 'Connecting…',
  online: 'Online',
  reconnecting: 'Reconnecting…',
}

const copiedMs = 2_500

/** What the bar asks for. */
export interface BarEvents {
  onCopy(): void
  onLeave(): void
}

/** The bar at the top: where one is, and the state of the connection. */
export class Bar {
  readonly #title = byId('title', HTMLElement)
  readonly #state = byId('state', HTMLElement)
  readonly #actions = byId('actions', HTMLElement)
  readonly #copy = byId('copy', HTMLButtonElement)
  readonly #copyLabel = byId('copy-label', HTMLElement)
  #copied: ReturnType<typeof setTimeout> | undefined

  constructor(events: BarEvents) {
    this.#copy.addEventListener('click', () => events.onCopy())
    byId('leave', HTMLButtonElement).addEventListener('click', () => events.onLeave())
  }

  /** Shows the room, or the page's own name when there is none. */
  showRoom(room: string | undefined): void {
    this.#title.textContent = room ?? 'Shaddock chat'
    this.#title.classList.toggle('room', room !== undefined)
    this.#actions.hidden = room === undefined
  }

  showState(state: Link | 'none'): void {
    if (this.#state.dataset['state'] === state) return
    this.#state.dataset['state'] = state
    this.#state.textContent = states[state]
  }

  /** Says for a moment that the link was copied. */
  showCopied(): void {
    clearTimeout(this.#copied)
    this.#label('Copied', true)
    this.#copied = setTimeout(() => this.#label('Copy link', false), copiedMs)
  }

  #label(text: string, done: boolean): void {
    this.#copyLabel.textContent = text
    this.#copy.classList.toggle('done', done)
  }
}
