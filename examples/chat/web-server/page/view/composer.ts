import { canSend, everyone, type Room, targetLeft } from '../room.ts'
import { byId } from './element.ts'

/** What the composer asks for. */
export interface ComposerEvents {
  onSend(text: string): void
  onAim(target: string): void
}

/** Where messages are written. What is written stays while it cannot be sent. */
export class Composer {
  readonly #form = byId('composer', HTMLFormElement)
  readonly #target = byId('target', HTMLSelectElement)
  readonly #text = byId('text', HTMLTextAreaElement)
  readonly #send = byId('send', HTMLButtonElement)
  readonly #notice = byId('notice', HTMLElement)
  readonly #everyone = byId('everyone', HTMLButtonElement)
  readonly #events: ComposerEvents

  constructor(events: ComposerEvents) {
    this.#events = events
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      this.#submit()
    })
    this.#text.addEventListener('keydown', (event) => {
      // Enter also ends the choice of a character in an input method: that one sends nothing
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return
      event.preventDefault()
      this.#submit()
    })
    this.#everyone.addEventListener('click', () => this.#events.onAim(everyone))
    this.#target.addEventListener('change', () => this.#events.onAim(this.#target.value))
  }

  focus(): void {
    this.#text.focus()
  }

  clear(): void {
    this.#text.value = ''
  }

  render(room: Room): void {
    this.#showTargets(room)
    const alone = room.target !== everyone
    this.#form.classList.toggle('private', alone)
    this.#everyone.hidden = !alone
    this.#text.placeholder = alone ? `Only to ${room.target}` : 'Write a message'
    // a live region speaks when it is written, even the same again
    const notice = noticeOf(room)
    if (this.#notice.textContent !== notice) this.#notice.textContent = notice
    if (this.#send === document.activeElement && !canSend(room)) this.focus()
    this.#send.disabled = !canSend(room)
  }

  #submit(): void {
    const text = this.#text.value.trim()
    this.focus()
    if (text === '' || this.#send.disabled) return
    this.clear()
    this.#events.onSend(text)
  }

  #showTargets(room: Room): void {
    const others = room.people.filter((name) => name !== room.self)
    // somebody who has left stays chosen, or words meant for one would go to all
    const values = [everyone, ...(targetLeft(room) ? [room.target] : []), ...others]
    const shown = Array.from(this.#target.options, (option) => option.value)
    if (values.join() !== shown.join()) {
      this.#target.replaceChildren(
        ...values.map((value) => new Option(value === everyone ? 'Everyone' : value, value)),
      )
    }
    this.#target.value = room.target
  }
}

function noticeOf(room: Room): string {
  if (room.link === 'reconnecting') return 'Reconnecting. What you write is kept, and can be sent after that.'
  if (targetLeft(room)) return `${room.target} has left.`
  if (room.target !== everyone) return `Only ${room.target} will read this.`
  return ''
}
