/**
 * When a job runs, in Pomelo's words: `second minute hour day month weekday`, in local time. Months are 0 to 11, weekdays 0
 * (Sunday) to 6, and hour 24 is the midnight that ends a day. A field is `*`, a number, `a-b`, a list of these with
 * commas, or `a/b`: the values whose remainder by b is a. Day and weekday must both match.
 */
export class CronTime {
  readonly #seconds: readonly number[]
  readonly #minutes: readonly number[]
  readonly #hours: readonly number[]
  readonly #days: ReadonlySet<number>
  readonly #months: ReadonlySet<number>
  readonly #weekdays: ReadonlySet<number>

  /** @throws {Error} it is not in these words. */
  constructor(text: string) {
    const words = text.trim().split(/\s+/)
    if (words.length !== fields.length)
      throw new Error(`cron ${JSON.stringify(text)}: expected ${fields.length} fields, got ${words.length}`)
    const [seconds = [], minutes = [], hours = [], days, months, weekdays] = words.map((word, index) =>
      parseField(word, fields[index]!, text),
    )
    this.#seconds = seconds
    this.#minutes = minutes
    this.#hours = hours
    this.#days = new Set(days)
    this.#months = new Set(months)
    this.#weekdays = new Set(weekdays)
  }

  /** Returns the first such moment after `time`, both in milliseconds since the epoch; undefined if there is none. */
  next(time: number): number | undefined {
    const from = new Date(time)
    // the day before may end after it
    for (let offset = -1; offset < searchedDays; offset++) {
      const day = new Date(from.getFullYear(), from.getMonth(), from.getDate() + offset)
      const found = this.#matches(day) ? this.#firstAfter(day, time) : undefined
      if (found !== undefined) return found
    }
    return undefined
  }

  #matches(day: Date): boolean {
    return (
      this.#days.has(day.getDate()) && this.#months.has(day.getMonth()) && this.#weekdays.has(day.getDay())
    )
  }

  #firstAfter(day: Date, time: number): number | undefined {
    const at = (hour: number, minute: number, second: number) =>
      new Date(day.getFullYear(), day.getMonth(), day.getDate(), hour, minute, second).getTime()
    const lastMinute = this.#minutes.at(-1)!
    const lastSecond = this.#seconds.at(-1)!
    const hour = this.#hours.find((each) => at(each, lastMinute, lastSecond) > time)
    if (hour === undefined) return undefined
    const minute = this.#minutes.find((each) => at(hour, each, lastSecond) > time)!
    return at(
      hour,
      minute,
      this.#seconds.find((each) => at(hour, minute, each) > time)!,
    )
  }
}

/** A leap day on a given weekday may be 28 years away; nothing is rarer. */
const searchedDays = 28 * 366 + 1

interface Field {
  readonly name: string
  readonly least: number
  readonly most: number
}

const fields: readonly Field[] = [
  { name: 'second', least: 0, most: 59 },
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 24 },
  { name: 'day', least: 1, most: 31 },
  { name: 'month', least: 0, most: 11 },
  { name: 'weekday', least: 0, most: 6 },
]

/** Returns the values that a field names, in their order. */
function parseField(word: string, field: Field, text: string): number[] {
  const values = new Set(word.split(',').flatMap((part) => parsePart(part, field)))
  if (values.size > 0) return [...values].sort((a, b) => a - b)
  const { name, least, most } = field
  throw new Error(`cron ${JSON.stringify(text)}: ${word} names no ${name} from ${least} to ${most}`)
}

function parsePart(part: string, { name, least, most }: Field): number[] {
  // `*` is every hour of a day, of which the 24th is the next day's first
  const all = range(least, name === 'hour' ? 23 : most)
  if (part === '*') return all
  const [, remainder, period] = /^(\d+|\*)\/(\d+)$/.exec(part) ?? []
  if (remainder !== undefined && Number(period) > 0) {
    const wanted = remainder === '*' ? 0 : Number(remainder)
    return all.filter((value) => value % Number(period) === wanted)
  }
  const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part) ?? []
  if (from === undefined || Number(from) < least || Number(to) > most) return []
  return range(Number(from), Number(to))
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)
}
