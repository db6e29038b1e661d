import type { Dirent } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { closest } from '../config/nearest.ts'
import { SetupError } from '../errors.ts'

/** The modules of one server type, by name: what they serve, not yet listed. */
export interface LoadedModules {
  readonly handlers: ReadonlyMap<string, object>
  readonly remotes: ReadonlyMap<string, object>
}

/**
 * Loads `app/servers/<type>/handler/*` and `…/remote/*` below `directory`, and makes what they serve with `app`.
 * @throws {SetupError} the type has no folder or a misspelt one in it, or a module fails to load or to be made.
 */
export async function loadModules(directory: string, type: string, app: object): Promise<LoadedModules> {
  const folder = join(directory, 'app', 'servers', type)
  const entries = await list(folder)
  if (entries === undefined) {
    throw new SetupError(
      `no folder ${join('app', 'servers', type)}: a server of type ${type} has nothing to serve`,
    )
  }
  refuseMisspelt(entries, type)
  return {
    handlers: await loadFolder(join(folder, 'handler'), app),
    remotes: await loadFolder(join(folder, 'remote'), app),
  }
}

/** @throws {SetupError} the folder of a type has a misspelt one in it. */
export async function checkFolders(directory: string, type: string): Promise<void> {
  refuseMisspelt((await list(join(directory, 'app', 'servers', type))) ?? [], type)
}

/** Returns the server types that have a folder below `directory`. */
export async function findTypes(directory: string): Promise<string[]> {
  const entries = (await list(join(directory, 'app', 'servers'))) ?? []
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)
}

/** A folder that is not read may hold anything, but where one that is read is missing, it hardly has nearly its name. */
function refuseMisspelt(entries: readonly Dirent[], type: string): void {
  const missing = ['handler', 'remote'].filter((name) => !entries.some((entry) => entry.name === name))
  for (const { name } of entries.filter((entry) => entry.isDirectory())) {
    const meant = closest(name, missing)
    if (meant === undefined) continue
    throw new SetupError(`${join('app', 'servers', type, name)}: unknown folder, expected "${meant}"`)
  }
}

async function loadFolder(folder: string, app: object): Promise<Map<string, object>> {
  const files = ((await list(folder)) ?? [])
    .map(({ name }) => name)
    .filter((file) => modulePattern.test(file))
  for (const [name, same] of Map.groupBy(files, nameOf)) {
    if (same.length > 1) throw new SetupError(`${folder}: ${same.join(' and ')} are both the module ${name}`)
  }
  const loaded = await Promise.all(
    files.map(async (file) => [nameOf(file), await load(join(folder, file), app)] as const),
  )
  return new Map(loaded)
}

async function load(path: string, app: object): Promise<object> {
  try {
    const served = await serve((await import(pathToFileURL(path).href)) as { default?: unknown }, app)
    if (typeof served !== 'object' || served === null) throw new Error('its factory makes no object')
    return served
  } catch (error) {
    throw new SetupError(`${path} does not load: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    })
  }
}

/** Makes the object that a module serves: of its class, by its factory, or what it exports. */
function serve(module: { default?: unknown }, app: object): unknown {
  // that of CommonJS is all that it exports
  const made = unwrap(module.default)
  if (made === undefined)
    throw new Error(
      'it has no default export, and what it exports by name is not served: export default class …',
    )
  if (typeof made === 'object' && made !== null) return made
  if (typeof made !== 'function') throw new Error('its default export is no class, function or object')
  // a class or an old-style constructor has a prototype; an arrow function has none
  if (made.prototype !== undefined) return Reflect.construct(made, [app])
  return (made as (app: object) => unknown)(app)
}

/** CommonJS compiled from TypeScript keeps its default one level down. */
function unwrap(value: unknown): unknown {
  if (typeof value === 'object' && value !== null && '__esModule' in value && 'default' in value)
    return value.default
  return value
}

/** A name has no dot, which parts routes: declarations (`chat.d.ts`) and tests (`chat.test.ts`) are no modules. */
const modulePattern = /^[^.]+\.(?:ts|mts|cts|js|mjs|cjs)$/u

function nameOf(file: string): string {
  return file.replace(/\.[^.]+$/u, '')
}

async function list(folder: string): Promise<Dirent[] | undefined> {
  try {
    return (await readdir(folder, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
