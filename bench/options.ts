import { parseArgs } from 'node:util'
import { readNumber, UsageError } from './script.ts'

export interface TableOptions {
  readonly runs: number
  readonly secs: number
  readonly only?: readonly string[]
  readonly work?: readonly string[]
  /** In whose `node_modules` other frameworks are. */
  readonly peers?: string
  /** A moment a row, and no judgement: does every row yield numbers? */
  readonly smoke: boolean
  /** Shows numbers that the load generator may have made. */
  readonly force: boolean
  readonly json?: string
}

export const usage = `npm run bench -- [options]

  --runs <n>        how often each system does each work, in turn; medians are shown (3)
  --secs <n>        how long each phase of it is measured (4)
  --only <names>    floor, local, single, nats, pomelo, pinus, socket.io: which, with commas
  --work <names>    request, hop, light, busy, flood, large, idle: which, with commas
  --peers <folder>  in whose node_modules pomelo, pinus and socket.io are (bench/peers)
  --json <file>     writes the numbers
  --force           shows numbers that the load generator may have made
  --smoke           a second a row, all systems at once: only whether every row yields numbers

Exit codes: 0 every row has numbers, 1 one has none, 2 an option makes no sense.
`

const text = { type: 'string' } as const
const flag = { type: 'boolean' } as const
const known = {
  runs: text,
  secs: text,
  only: text,
  work: text,
  peers: text,
  json: text,
  smoke: flag,
  force: flag,
  help: flag,
}

/** Returns nothing when help was asked for. @throws {UsageError} a word is unknown. */
export function readTableOptions(args: readonly string[]): TableOptions | undefined {
  const { help, smoke = false, force = false, runs = '3', secs = '4', ...texts } = parse(args)
  if (help) return undefined
  const { only, work, ...files } = texts
  return {
    runs: readNumber('runs', runs),
    secs: readNumber('secs', secs),
    smoke,
    force,
    ...(only !== undefined && { only: only.split(',') }),
    ...(work !== undefined && { work: work.split(',') }),
    ...files,
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: known }).values
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error })
  }
}

/** Returns those that were asked for. @throws {UsageError} one is not there. */
export function choose<T extends { readonly name: string }>(
  all: readonly T[],
  names?: readonly string[],
): T[] {
  const unknown = names?.find((name) => !all.some((each) => each.name === name))
  if (unknown !== undefined) {
    throw new UsageError(`no ${unknown}: there are ${all.map(({ name }) => name).join(', ')}`)
  }
  return all.filter(({ name }) => names?.includes(name) ?? true)
}
