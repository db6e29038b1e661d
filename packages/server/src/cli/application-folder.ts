import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { AppDefinition } from '../app.ts'
import { SetupError } from '../errors.ts'

/** Where an application is. */
export interface ApplicationFolder {
  /** Absolute. */
  readonly directory: string
  /** The module that defines the application: `app.ts`, `app.js` or `app.mjs` in the folder. */
  readonly entrance: string
}

/**
 * Returns the application in a folder, by default the current one, or in its `game-server`.
 * @throws {SetupError} there is none.
 */
export function findApplication(dir?: string): ApplicationFolder {
  const folder = resolve(dir ?? '.')
  for (const directory of [folder, join(folder, 'game-server')]) {
    const entrance = entrances.map((name) => join(directory, name)).find((path) => existsSync(path))
    if (entrance !== undefined) return { directory, entrance }
  }
  const hint = dir === undefined ? ': name the folder with --dir' : ''
  throw new SetupError(`no app.ts in ${folder} or its game-server${hint}`)
}

/** @throws {SetupError} the module does not load, or defines no application. */
export async function loadDefinition(entrance: string): Promise<AppDefinition> {
  const { default: definition } = await load(entrance)
  if (isDefinition(definition)) return definition
  throw new SetupError(`${entrance}: expected "export default defineApp(…)"`)
}

const entrances = ['app.ts', 'app.js', 'app.mjs']

async function load(path: string): Promise<{ default?: unknown }> {
  try {
    return (await import(pathToFileURL(path).href)) as { default?: unknown }
  } catch (cause) {
    throw new SetupError(`${path} does not load: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  }
}

function isDefinition(value: unknown): value is AppDefinition {
  if (typeof value !== 'object' || value === null) return false
  const { directory, setup } = value as Partial<Record<keyof AppDefinition, unknown>>
  return typeof directory === 'string' && typeof setup === 'function'
}
