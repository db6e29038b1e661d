/** What is to happen, the next first, and of one moment what was pushed first: a binary heap. */
export class EventQueue<Event> {
  // side by side rather than as objects: a thousand servers have many thousand messages on their way
  #times = new Float64Array(initialSize)
  #orders = new Float64Array(initialSize)
  readonly #events: Event[] = []
  #pushed = 0

  /** When the next event is to happen. `Infinity` if there is none. */
  get nextAt(): number {
    return this.#events.length === 0 ? Infinity : this.#times[0]!
  }

  push(at: number, event: Event): void {
    const order = this.#pushed++
    let place = this.#events.push(event) - 1
    if (place === this.#times.length) this.#grow()
    while (place > 0) {
      const parent = (place - 1) >> 1
      // it was pushed last: of one moment it is the last
      if (this.#times[parent]! <= at) break
      this.#move(parent, place)
      place = parent
    }
    this.#put(place, at, order, event)
  }

  pop(): Event | undefined {
    const events = this.#events
    const first = events[0]
    const last = events.pop()
    const count = events.length
    if (last === undefined || count === 0) return first
    const at = this.#times[count]!
    const order = this.#orders[count]!
    let place = 0
    for (let child = 1; child < count; child = 2 * place + 1) {
      if (child + 1 < count && this.#isBefore(child + 1, child)) child++
      const childAt = this.#times[child]!
      if (childAt > at || (childAt === at && this.#orders[child]! > order)) break
      this.#move(child, place)
      place = child
    }
    this.#put(place, at, order, last)
    return first
  }

  #isBefore(one: number, other: number): boolean {
    const [at, otherAt] = [this.#times[one]!, this.#times[other]!]
    return at < otherAt || (at === otherAt && this.#orders[one]! < this.#orders[other]!)
  }

  #move(from: number, to: number): void {
    this.#put(to, this.#times[from]!, this.#orders[from]!, this.#events[from]!)
  }

  #put(place: number, at: number, order: number, event: Event): void {
    this.#times[place] = at
    this.#orders[place] = order
    this.#events[place] = event
  }

  #grow(): void {
    this.#times = doubled(this.#times)
    this.#orders = doubled(this.#orders)
  }
}

const initialSize = 1_024

function doubled(numbers: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const more = new Float64Array(2 * numbers.length)
  more.set(numbers)
  return more
}
