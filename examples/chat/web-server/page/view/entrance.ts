import type { Entry } from '../address.ts'
import { nameProblem } from '../names.ts'
import { byId } from './element.ts'

/** What the entrance asks for. */
export interface EntranceEvents {
  onEnter(entry: Entry): void
  onCancel(): void
}

/** The form where one chooses a name and a room. */
export class Entrance {
  readonly #section = byId('entrance', HTMLElement)
  readonly #name = new NameField('name')
  readonly #room = new NameField('room')
  readonly #error = byId('error', HTMLElement)
  readonly #enter = byId('enter', HTMLButtonElement)
  readonly #cancel = byId('cancel', HTMLButtonElement)
  readonly #events: EntranceEvents

  constructor(events: EntranceEvents) {
    this.#events = events
    byId('entry', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault()
      this.#submit()
    })
    this.#cancel.addEventListener('click', () => events.onCancel())
  }

  /** Shows the form, filled in, and what went wrong before, if anything. */
  show({ name, room }: Entry, problem = ''): void {
    this.#section.hidden = false
    this.#setWaiting(false)
    this.#error.textContent = problem
    this.#name.fill(name)
    this.#room.fill(room)
    const first = name !== '' && room === '' ? this.#room : this.#name
    first.focus()
  }

  /** Shows that one is on the way in. */
  showWaiting(): void {
    this.#setWaiting(true)
    this.#error.textContent = ''
  }

  /** Says why the way in takes long. */
  showDelay(reason: string): void {
    if (this.#error.textContent !== reason) this.#error.textContent = reason
  }

  hide(): void {
    this.#section.hidden = true
  }

  #submit(): void {
    if (this.#enter.disabled) return
    const wrong = [this.#name, this.#room].filter((field) => !field.check())
    if (wrong[0] !== undefined) wrong[0].focus()
    else this.#events.onEnter({ name: this.#name.value, room: this.#room.value })
  }

  #setWaiting(waiting: boolean): void {
    this.#enter.disabled = waiting
    this.#enter.textContent = waiting ? 'Entering…' : 'Enter the room'
    this.#cancel.hidden = !waiting
    this.#name.lock(waiting)
    this.#room.lock(waiting)
  }
}

/** A field for a name, with a hint below it when the name is not fine. */
class NameField {
  readonly #input: HTMLInputElement
  readonly #hint: HTMLElement

  constructor(id: 'name' | 'room') {
    this.#input = byId(id, HTMLInputElement)
    this.#hint = byId(`${id}-hint`, HTMLElement)
    // an empty field is about to be filled in: that is no mistake yet
    this.#input.addEventListener('input', () =>
      this.#show(this.value === '' ? undefined : nameProblem(this.value)),
    )
  }

  get value(): string {
    return this.#input.value.trim()
  }

  /** Shows what is wrong with the name; returns whether it is fine. */
  check(): boolean {
    const problem = nameProblem(this.value)
    this.#show(problem)
    return problem === undefined
  }

  fill(value: string): void {
    this.#input.value = value
    this.#show(value === '' ? undefined : nameProblem(value))
  }

  focus(): void {
    this.#input.focus()
    this.#input.select()
  }

  lock(locked: boolean): void {
    this.#input.readOnly = locked
  }

  #show(problem: string | undefined): void {
    this.#hint.textContent = problem ?? ''
    this.#input.setAttribute('aria-invalid', String(problem !== undefined))
  }
}
