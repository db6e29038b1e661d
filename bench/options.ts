import { parseArgs } from 'node:util'

export interface TableOptions {
  readonly runs: number
  readonly secs: number
  readonly only?: readonly string[]
  readonly work?: readonly string[]
  /** A second a row, and no judgement: does every row yield numbers? */
  readonly smoke: boolean
  /** Shows numbers that the load generator may have made. */
  readonly force: boolean
  readonly json?: string
}

export const usage = `npm run bench -- [options]

  --runs <n>      how often each system does each work, in turn; medians are shown (3)
  --secs <n>      how long each is measured (4)
  --only <names>  floor, local, single, pomelo, pinus, socket.io: which, with commas
  --work <names>  request, hop, light, busy, flood, large, idle: which, with commas
  --json <file>   writes the numbers
  --force         shows numbers that the load generator may have made
  --smoke         a second each: only whether every row yields numbers
`

/** @throws {TypeError} a word is unknown. */
export function readOptions(args: readonly string[]): TableOptions | undefined {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      runs: text,
      secs: text,
      only: text,
      work: text,
      json: text,
      smoke: flag,
      force: flag,
      help: flag,
    },
  })
  if (values.help) return undefined
  const { smoke = false, force = false, only, work, json } = values
  return {
    runs: smoke ? 1 : readNumber('runs', values.runs ?? '3'),
    secs: smoke ? 1 : readNumber('secs', values.secs ?? '4'),
    smoke,
    force,
    ...(only !== undefined && { only: only.split(',') }),
    ...(work !== undefined && { work: work.split(',') }),
    ...(json !== undefined && { json }),
  }
}

function readNumber(name: string, text: string): number {
  const value = Number(text)
  if (value > 0) return value
  throw new TypeError(`--${name}: expected a number over 0, got ${JSON.stringify(text)}`)
}

/** Returns those that were asked for. @throws {TypeError} one is not there. */
export function choose<T extends { readonly name: string }>(
  all: readonly T[],
  names?: readonly string[],
): T[] {
  const unknown = names?.find((name) => !all.some((each) => each.name === name))
  if (unknown !== undefined) {
    throw new TypeError(`no ${unknown}: there are ${all.map(({ name }) => name).join(', ')}`)
  }
  return all.filter(({ name }) => names?.includes(name) ?? true)
}
