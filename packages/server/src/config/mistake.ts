import { SetupError } from '../errors.ts'
import type { Schema } from './setting.ts'

/** Where a value stands, so that a mistake in it can be found. */
export interface Place {
  /** As its reader knows it: `config/servers.json`. */
  readonly file: string
  /** Keys and indexes from the top of the file. */
  readonly path: readonly PropertyKey[]
}

/**
 * Returns what `schema` makes of `value`.
 * @throws {SetupError} the value is not as the schema has it.
 */
export function check<T>(schema: Schema<T>, value: unknown, place: Place): T {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  const issue = result.error.issues[0]
  if (issue?.code === 'unrecognized_keys') {
    throw unknownSetting(below(place, ...issue.path, ...issue.keys.slice(0, 1)), issue.message)
  }
  throw mistake(below(place, ...(issue?.path ?? [])), issue?.message ?? '', issue?.input)
}

/** Returns the place of a member of the value at `place`. */
export function below(place: Place, ...path: readonly PropertyKey[]): Place {
  return { file: place.file, path: [...place.path, ...path] }
}

/** Returns the error for a value that is not what belongs at `place`. */
export function mistake(place: Place, expected: string, got: unknown): SetupError {
  const shown = secrets.has(place.path.at(-1)) ? 'what is not shown here' : show(got)
  return new SetupError(`${nameOf(place)}: expected ${expected}, got ${shown}`)
}

/** Returns the error for a name that no setting has. */
export function unknownSetting(place: Place, expected: string): SetupError {
  return new SetupError(`${nameOf(place)}: unknown setting, expected ${expected}`)
}

/** Settings whose values nobody should read in an error. */
const secrets = new Set<unknown>(['password', 'token'])

/** Returns the name of a place: `config/servers.json: development.connector[0].clientPort`. */
function nameOf({ file, path }: Place): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`
    return /^[\w-]+$/.test(String(step)) ? `.${String(step)}` : `[${JSON.stringify(step)}]`
  })
  return path.length === 0 ? file : `${file}: ${steps.join('').replace(/^\./, '')}`
}

function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'an array'
  if (typeof value === 'object' && value !== null) return 'an object'
  // of an address, without who uses it
  const text = JSON.stringify(value).replace(/(\/\/|")[^"@/]*:[^"@/]*@/g, '$1…@')
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}
