/** The ids that requests take in turn. All are written in as many bytes, so that a prepared message has room for each. */
export interface IdRange {
  readonly first: number
  readonly last: number
}

/** Remembers when each unanswered request of a connection was due. */
export class Pending {
  readonly #range: IdRange
  #next: number
  /** By the low bits of the id. Made on first use: an idle client asks nothing. */
  #ids = noIds
  #times = noTimes
  #size = 0

  constructor(range: IdRange) {
    this.#range = range
    this.#next = range.first
  }

  get size(): number {
    return this.#size
  }

  /** Returns the id of a new request, or -1 when every id waits for an answer. */
  add(dueMs: number): number {
    const id = this.#next
    while (this.#ids.length === 0 || this.#ids[id & (this.#ids.length - 1)] !== free) {
      if (this.#ids.length > this.#range.last) return -1
      this.#grow()
    }
    this.#next = id === this.#range.last ? this.#range.first : id + 1
    this.#put(id, dueMs)
    this.#size++
    return id
  }

  /** Returns when the request was due, or NaN when none with this id waits. */
  take(id: number): number {
    const slot = id & (this.#ids.length - 1)
    if (this.#ids[slot] !== id) return NaN
    this.#ids[slot] = free
    this.#size--
    return this.#times[slot]!
  }

  /** Forgets those that were due before `beforeMs`, and returns when that was. */
  takeOlder(beforeMs: number): number[] {
    if (this.#size === 0) return []
    const older = [...this.#ids].filter((id, slot) => id !== free && this.#times[slot]! < beforeMs)
    return older.map((id) => this.take(id))
  }

  #put(id: number, dueMs: number): void {
    const slot = id & (this.#ids.length - 1)
    this.#ids[slot] = id
    this.#times[slot] = dueMs
  }

  #grow(): void {
    const [ids, times] = [this.#ids, this.#times]
    const size = Math.max(4, 2 * ids.length)
    this.#ids = new Int32Array(size).fill(free)
    this.#times = new Float64Array(size)
    for (const [slot, id] of ids.entries()) if (id !== free) this.#put(id, times[slot]!)
  }
}

const free = -1
const noIds = new Int32Array(0)
const noTimes = new Float64Array(0)
