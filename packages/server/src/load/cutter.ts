/**
 * Returns the size of the unit that begins at `at`, or 0 while too little of it has arrived to tell. Bytes from `end` on
 * are none of its business.
 */
export type SizeAt = (bytes: Buffer, at: number, end: number) => number

/** Takes a unit that lies whole in `bytes`, good until it returns. */
export type OnUnit = (bytes: Buffer, start: number, end: number) => void

/** Cuts a stream into units. Only one that arrives in pieces is copied: the others stay where they were read. */
export class Cutter {
  readonly #sizeAt: SizeAt
  readonly #onUnit: OnUnit
  #partial: Buffer = noBytes
  #filled = 0
  #stopped = false

  constructor(sizeAt: SizeAt, onUnit: OnUnit) {
    this.#sizeAt = sizeAt
    this.#onUnit = onUnit
  }

  /** Calls back for each unit that the first `length` bytes of `chunk` complete. */
  read(chunk: Buffer, length: number): void {
    let at = this.#filled > 0 ? this.#complete(chunk, length) : 0
    while (at < length && !this.#stopped) {
      const size = this.#sizeAt(chunk, at, length)
      if (size === 0 || at + size > length) break
      this.#onUnit(chunk, at, at + size)
      at += size
    }
    if (at < length && !this.#stopped) this.#keep(chunk, at, length)
  }

  /** Delivers nothing more, not even of the chunk that is being read. */
  stop(): void {
    this.#stopped = true
    this.#partial = noBytes
    this.#filled = 0
  }

  /** Adds to the partial unit until it is whole, and returns where in `chunk` the next one begins. */
  #complete(chunk: Buffer, length: number): number {
    for (let at = 0; ;) {
      const size = this.#sizeAt(this.#partial, 0, this.#filled)
      if (size > 0 && this.#filled === size) {
        const unit = this.#partial
        this.#partial = noBytes
        this.#filled = 0
        this.#onUnit(unit, 0, size)
        return at
      }
      if (at === length) return at
      // a head is a few bytes: one by one until it tells the size
      const missing = size === 0 ? 1 : size - this.#filled
      const end = Math.min(length, at + missing)
      this.#reserve(size === 0 ? this.#filled + 1 : size)
      chunk.copy(this.#partial, this.#filled, at, end)
      this.#filled += end - at
      at = end
    }
  }

  #keep(chunk: Buffer, at: number, length: number): void {
    this.#reserve(Math.max(this.#sizeAt(chunk, at, length), length - at))
    this.#filled = chunk.copy(this.#partial, 0, at, length)
  }

  #reserve(size: number): void {
    if (size <= this.#partial.length) return
    const larger = Buffer.allocUnsafe(Math.max(size, leastBytes))
    this.#partial.copy(larger, 0, 0, this.#filled)
    this.#partial = larger
  }
}

const noBytes = Buffer.alloc(0)
const leastBytes = 64
