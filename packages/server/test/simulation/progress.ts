/** How often to tell. */
const everyMs = 5_000

// the real clock, whatever takes its place later
const now = performance.now.bind(performance)

/** Tells how far something is, not too often, to somebody who waits. */
export class Progress {
  readonly #tell: (line: string) => void
  #toldAt = now()

  constructor(tell: (line: string) => void) {
    this.#tell = tell
  }

  note(line: () => string): void {
    if (now() < this.#toldAt + everyMs) return
    this.#toldAt = now()
    this.#tell(line())
  }
}
