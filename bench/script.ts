import { parseArgs } from 'node:util'
import { Refusal } from './refusal.ts'

/** A program of the benchmark. */
export interface Script<Name extends string> {
  /** What `--help` says. */
  readonly usage: string
  /** The options, each of which takes a value, and their defaults. */
  readonly options: Readonly<Record<Name, string>>
  /**
   * Returns what is not as promised, in sentences.
   * @throws {Refusal} there is no result. {UsageError} an option makes no sense.
   */
  run(options: Readonly<Record<Name, string>>): Promise<readonly string[]>
}

/** An option makes no sense. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** Runs a script. The exit code is 0 if all is as promised, 1 if not, 2 for a `UsageError`, 3 for a `Refusal`. */
export async function runScript<Name extends string>(script: Script<Name>): Promise<void> {
  try {
    const options = readOptions(script)
    if (!options) return console.log(script.usage)
    const failures = await script.run(options)
    for (const failure of failures) console.error(`✖ ${failure}`)
    if (failures.length > 0) process.exitCode = 1
    else console.log('✔ all as promised')
  } catch (error) {
    if (error instanceof UsageError) console.error(`${error.message}\n\n${script.usage}`)
    else if (error instanceof Refusal) console.error(`no result: ${error.message}`)
    else throw error
    process.exitCode = error instanceof UsageError ? 2 : 3
  }
}

/** @throws {UsageError} it is no number over 0. */
export function readNumber(name: string, text: string): number {
  const value = Number(text)
  if (value > 0) return value
  throw new UsageError(`--${name}: expected a number over 0, got ${JSON.stringify(text)}`)
}

/** Reads numbers with commas between. @throws {UsageError} one is no number over 0. */
export function readNumbers(name: string, text: string): number[] {
  return text.split(',').map((part) => readNumber(name, part))
}

/** Returns nothing when help was asked for. */
function readOptions<Name extends string>({ options }: Script<Name>) {
  const text = { type: 'string' } as const
  const known = Object.fromEntries(Object.keys(options).map((name) => [name, text]))
  try {
    const { help, ...given } = parseArgs({ options: { ...known, help: { type: 'boolean' } } }).values
    return help ? undefined : { ...options, ...given }
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}
