import { LoadError } from './load-error.ts'

/** A value of a JSON file that knows where it stands, so that a mistake in it can be found. */
export class JsonValue {
  readonly value: unknown
  readonly #file: string
  readonly #path: string

  constructor(value: unknown, file: string, path = '') {
    this.value = value
    this.#file = file
    this.#path = path
  }

  get isThere(): boolean {
    return this.value !== undefined
  }

  /** Returns the members of an object that has no others, those that are absent too. */
  members<const Keys extends readonly string[]>(keys: Keys): Record<Keys[number], JsonValue> {
    if (!isObject(this.value)) throw this.mistake('an object')
    const { value } = this
    const unknown = Object.keys(value).find((key) => !keys.includes(key))
    if (unknown !== undefined) {
      throw new LoadError(`${this.#below(unknown).#name}: unknown setting: there are ${keys.join(', ')}`)
    }
    const members = keys.map((key) => [key, this.#below(key)] as const)
    return Object.fromEntries(members) as Record<Keys[number], JsonValue>
  }

  items(): JsonValue[] {
    if (!Array.isArray(this.value)) throw this.mistake('an array')
    return this.value.map((item: unknown, at) => new JsonValue(item, this.#file, `${this.#path}[${at}]`))
  }

  text(byDefault?: string): string {
    const { value = byDefault } = this
    if (typeof value !== 'string' || value === '') throw this.mistake('a text')
    return value
  }

  truth(byDefault: boolean): boolean {
    const { value = byDefault } = this
    if (typeof value !== 'boolean') throw this.mistake('true or false')
    return value
  }

  integer(least: number, most: number, byDefault?: number): number {
    const value = this.number(least, most, byDefault)
    if (!Number.isInteger(value)) throw this.mistake(`an integer from ${least} to ${most}`)
    return value
  }

  number(least: number, most: number, byDefault?: number): number {
    const { value = byDefault } = this
    if (typeof value !== 'number' || !(value >= least && value <= most)) {
      throw this.mistake(`a number from ${least} to ${most}`)
    }
    return value
  }

  /** Returns the error for a value that is not what belongs here. */
  mistake(expected: string): LoadError {
    return new LoadError(`${this.#name}: expected ${expected}, got ${show(this.value)}`)
  }

  get #name(): string {
    return this.#path === '' ? this.#file : `${this.#file}: ${this.#path}`
  }

  #below(key: string): JsonValue {
    const value = isObject(this.value) && Object.hasOwn(this.value, key) ? this.value[key] : undefined
    return new JsonValue(value, this.#file, this.#path === '' ? key : `${this.#path}.${key}`)
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'an array'
  if (isObject(value)) return 'an object'
  return JSON.stringify(value).slice(0, 60)
}
