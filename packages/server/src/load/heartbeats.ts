/** Answers heartbeats: each an interval after the server's, as clients do. One timer serves all connections. */
export class Heartbeats {
  /** In the order in which they are due: a server has one interval. */
  readonly #due: { readonly atMs: number; readonly beat: () => void }[] = []
  #timer: NodeJS.Timeout | undefined

  add(afterMs: number, beat: () => void): void {
    if (afterMs <= 0) return
    this.#due.push({ atMs: performance.now() + afterMs, beat })
    this.#timer ??= setInterval(() => this.#run(), resolutionMs)
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#due.length = 0
  }

  #run(): void {
    const nowMs = performance.now()
    const later = this.#due.findIndex(({ atMs }) => atMs > nowMs)
    for (const { beat } of this.#due.splice(0, later === -1 ? this.#due.length : later)) beat()
  }
}

const resolutionMs = 100
