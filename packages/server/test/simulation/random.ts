/** Numbers that look random and are the same for the same seed (sfc32, Chris Doty-Humphrey). */
export class Random {
  #a = 0x9e3779b9
  #b = 0x243f6a88
  #c: number
  #counter = 1

  constructor(seed: number) {
    this.#c = seed | 0
    for (let round = 0; round < 12; round++) this.next()
  }

  /** Returns a number from 0 up to 1. */
  next(): number {
    const sum = (this.#a + this.#b + this.#counter++) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0
    return (sum >>> 0) / 2 ** 32
  }

  between(min: number, max: number): number {
    return min + (max - min) * this.next()
  }

  /** Returns an integer from `min` to `max`, both included. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1))
  }

  chance(part: number): boolean {
    return this.next() < part
  }

  /** @throws {RangeError} There is nothing to choose from. */
  pick<T>(choices: readonly T[]): T {
    if (choices.length === 0) throw new RangeError('nothing to choose from')
    return choices[this.integer(0, choices.length - 1)]!
  }

  /** Returns numbers that others' use of this one does not change. */
  fork(): Random {
    return new Random(this.integer(0, 2 ** 32 - 1))
  }
}
