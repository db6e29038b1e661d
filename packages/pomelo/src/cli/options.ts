import { parseArgs } from 'node:util'
import { CommandError } from './command-error.ts'

/** The options of a command by their long names: each with its letter, and `=` if it takes a value. */
export type OptionLetters = Readonly<Record<string, string>>

/** What a command was given. */
export interface Options {
  readonly values: Readonly<Record<string, string | undefined>>
  readonly flags: ReadonlySet<string>
  /** What is no option. */
  readonly words: readonly string[]
}

/** @throws {CommandError} there is no such option, or it lacks its value. */
export function readOptions(args: readonly string[], letters: OptionLetters): Options {
  const options = Object.fromEntries(
    Object.entries(letters).map(([name, letter]) => [
      name,
      { type: letter.endsWith('=') ? ('string' as const) : ('boolean' as const), short: letter[0]! },
    ]),
  )
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const given = Object.entries(values)
    return {
      values: Object.fromEntries(
        given.filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
      ),
      flags: new Set(given.filter(([, value]) => value === true).map(([name]) => name)),
      words: positionals,
    }
  } catch (error) {
    throw new CommandError((error as Error).message, { cause: error })
  }
}
