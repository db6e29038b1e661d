/** The title of the browser's tab: the room, and how many messages came while nobody looked. */
export class Tab {
  #place = ''
  #unseen = 0

  constructor() {
    document.addEventListener('visibilitychange', () => {
      this.#unseen = 0
      this.#show()
    })
  }

  showRoom(room: string | undefined): void {
    this.#place = room === undefined ? '' : `${room} · `
    this.#unseen = 0
    this.#show()
  }

  countMessage(): void {
    if (!document.hidden) return
    this.#unseen++
    this.#show()
  }

  #show(): void {
    document.title = `${this.#unseen > 0 ? `(${this.#unseen}) ` : ''}${this.#place}Shaddock chat`
  }
}
