import { SetupError } from '../errors.ts'
import { withMaster } from './master-client.ts'

export interface AddCommand {
  readonly dir?: string
  /** `key=value` each. */
  readonly pairs: readonly string[]
}

/** Starts one more server than `servers.json` has. @throws {SetupError} a pair has no `=`, or none runs. */
export async function add({ dir, pairs }: AddCommand): Promise<void> {
  const fields = Object.fromEntries(pairs.map(parsePair))
  await withMaster(dir, (master) => master.add(fields))
  process.stdout.write(`added ${fields['id']}\n`)
}

function parsePair(pair: string): [string, string] {
  const equals = pair.indexOf('=')
  if (equals < 1) throw new SetupError(`expected key=value, got ${JSON.stringify(pair)}`)
  return [pair.slice(0, equals), pair.slice(equals + 1)]
}
