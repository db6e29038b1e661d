import type { Line, Room, Unsent } from '../room.ts'
import { byId } from './element.ts'
import { toElement } from './line.ts'

/** How far above the end, in pixels, still counts as reading the newest line. */
const nearEndPx = 60

/** The room's lines. The newest is kept in sight, unless the reader has scrolled up. */
export class Messages {
  readonly #list = byId('messages', HTMLElement)
  readonly #newer = byId('newer', HTMLButtonElement)
  readonly #newerLabel = byId('newer-label', HTMLElement)
  readonly #shown = new Map<Line, HTMLElement>()
  readonly #onResend: (line: Unsent) => void
  #atEnd = true
  #unread = 0

  constructor(onResend: (line: Unsent) => void) {
    this.#onResend = onResend
    this.#list.addEventListener('scroll', () => this.#onScroll(), { passive: true })
    this.#newer.addEventListener('click', () => {
      this.#toEnd()
      this.#list.focus({ preventScroll: true })
    })
    new ResizeObserver(() => {
      if (this.#atEnd) this.#toEnd()
    }).observe(this.#list)
  }

  render(room: Room): void {
    this.#dropGone(room.lines)
    const fresh = room.lines.filter((line) => !this.#shown.has(line))
    for (const line of fresh) {
      const node = toElement(line, room.self, this.#onResend)
      this.#shown.set(line, node)
      this.#list.append(node)
    }
    for (const button of this.#list.querySelectorAll<HTMLButtonElement>('.unsent button')) {
      button.disabled = room.link !== 'online'
    }
    const mine = fresh.some(
      (line) => line.kind === 'unsent' || (line.kind === 'message' && line.from === room.self),
    )
    if (this.#atEnd || mine) this.#toEnd()
    else this.#showUnread(this.#unread + fresh.filter((line) => line.kind === 'message').length)
  }

  #dropGone(lines: readonly Line[]): void {
    const kept = new Set(lines)
    for (const [line, node] of this.#shown) {
      if (kept.has(line)) continue
      node.remove()
      this.#shown.delete(line)
    }
  }

  #onScroll(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#list
    this.#atEnd = scrollHeight - scrollTop - clientHeight < nearEndPx
    if (this.#atEnd) this.#showUnread(0)
  }

  #toEnd(): void {
    this.#list.scrollTop = this.#list.scrollHeight
    this.#atEnd = true
    this.#showUnread(0)
  }

  #showUnread(count: number): void {
    if (count === this.#unread) return
    this.#unread = count
    this.#newer.hidden = count === 0
    this.#newerLabel.textContent = count === 1 ? '1 new message' : `${count} new messages`
  }
}
