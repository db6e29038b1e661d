import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { SetupError } from '../errors.ts'
import { parseJson } from './json.ts'
import { below, mistake, unknownSetting } from './mistake.ts'
import type { Place } from './mistake.ts'
import { closest } from './nearest.ts'

/** A config file. */
export interface ConfigFile {
  readonly name: string
  /** What settings are called where there are no environments. No environment is called so, nor nearly so. */
  readonly settings: readonly string[]
  /** Whether `value` holds for every environment, rather than being an object of values by environment. */
  isFlat(value: unknown): boolean
}

/** What a config file says for one environment, and where. */
export interface Section extends Place {
  readonly value: unknown
}

/**
 * Reads a config file where Pomelo keeps it: `config/<name>`, flat or by environment, or
 * `config/<environment>/<name>`. Returns undefined if there is none.
 * @throws {SetupError} it cannot be read, is not JSON, lacks the environment, has it twice, or has settings beside it.
 */
export async function readSection(
  directory: string,
  environment: string,
  { name, settings, isFlat }: ConfigFile,
): Promise<Section | undefined> {
  const shared = await readJson(directory, `config/${name}`)
  const own = await readJson(directory, `config/${environment}/${name}`)
  if (!shared) return own
  const section = pick(shared, environment, isFlat)
  if (section !== shared) refuseSettings(shared, environment, settings)
  if (section && own) {
    throw new SetupError(`${shared.file} and ${own.file} both hold ${environment}: keep one`)
  }
  if (section ?? own) return section ?? own
  const environments = keysOf(shared.value).join(', ')
  throw new SetupError(`${shared.file}: expected environment ${environment}, got ${environments}`)
}

/** Reads a config file that says nothing of environments, of which each may have its own. */
export async function readWhole(
  directory: string,
  environment: string,
  name: string,
): Promise<Section | undefined> {
  const shared = await readJson(directory, `config/${name}`)
  const own = await readJson(directory, `config/${environment}/${name}`)
  if (shared && own) throw new SetupError(`both ${shared.file} and ${own.file} are there: keep one`)
  return shared ?? own
}

/** Whether `value` is an object and no array. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function pick(shared: Section, environment: string, isFlat: ConfigFile['isFlat']): Section | undefined {
  const { file, value } = shared
  if (isObject(value) && Object.hasOwn(value, environment)) {
    return { file, path: [environment], value: value[environment] }
  }
  return isFlat(value) ? shared : undefined
}

/** Among environments a setting would have no effect, and a misspelt one looks like another environment. */
function refuseSettings(shared: Section, environment: string, settings: readonly string[]): void {
  for (const [key, value] of Object.entries(shared.value ?? {})) {
    const meant = key === environment ? undefined : closest(key, settings)
    if (meant === key) throw mistake(below(shared, key), `an environment, beside ${environment}`, value)
    if (meant !== undefined) throw unknownSetting(below(shared, key), `"${meant}"`)
  }
}

function keysOf(value: unknown): string[] {
  return isObject(value) ? Object.keys(value) : []
}

async function readJson(directory: string, file: string): Promise<Section | undefined> {
  const text = await readText(directory, file)
  return text === undefined ? undefined : { file, path: [], value: parseJson(text, file) }
}

async function readText(directory: string, file: string): Promise<string | undefined> {
  try {
    return await readFile(join(directory, file), 'utf8')
  } catch (error) {
    // what node:fs throws has a code
    const { code } = error as NodeJS.ErrnoException
    // ENOTDIR: `config` or `config/<environment>` is a file
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new SetupError(`${file}: cannot be read: ${code}`, { cause: error })
  }
}
