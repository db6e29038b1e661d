import { everyone, type Room } from '../room.ts'
import { avatar } from './avatar.ts'
import { byId, element } from './element.ts'

/** Who is in the room. A click on somebody makes the next message private; another takes that back. */
export class People {
  readonly #list = byId('people', HTMLUListElement)
  readonly #count = byId('count', HTMLElement)
  readonly #onAim: (target: string) => void
  #shown: Pick<Room, 'people' | 'target'> | undefined

  constructor(onAim: (target: string) => void) {
    this.#onAim = onAim
  }

  render(room: Room): void {
    const { people, target } = room
    if (this.#shown?.people === people && this.#shown.target === target) return
    this.#shown = { people, target }
    const focused = this.#list.querySelector('li:focus-within')?.getAttribute('data-name')
    this.#count.textContent = String(people.length)
    this.#list.replaceChildren(...people.map((name) => this.#item(name, room)))
    if (focused !== undefined) this.#focus(focused)
  }

  #item(name: string, { self, target }: Room): HTMLLIElement {
    const parts = [avatar(name), element('span', 'person-name', name)]
    const item = element('li', '')
    item.dataset['name'] = name
    if (name === self) item.append(element('span', 'person', ...parts, element('span', 'you', 'you')))
    else item.append(this.#button(name, name === target, parts))
    return item
  }

  #button(name: string, chosen: boolean, parts: HTMLElement[]): HTMLButtonElement {
    const button = element('button', 'person', ...parts)
    button.type = 'button'
    button.title = `Write to ${name} alone`
    button.setAttribute('aria-pressed', String(chosen))
    button.addEventListener('click', () => this.#onAim(chosen ? everyone : name))
    return button
  }

  /** The list was made anew under the hands of somebody who walks through it with the keyboard. */
  #focus(name: string | null): void {
    const items = [...this.#list.children]
    const item = items.find((child) => child.getAttribute('data-name') === name)
    item?.querySelector('button')?.focus({ preventScroll: true })
  }
}
