import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, join } from 'node:path'
import { parseJson } from 'shaddock/embed'

/** A config file of an application, and what it says for one environment. */
export interface ConfigFile {
  readonly path: string
  readonly value: unknown
}

/**
 * Reads `<base>/<name>`, of which the environment's section counts if it has one, or else
 * `<base>/config/<environment>/<file name>`, all of it. Returns undefined if there is neither.
 * @throws {Error} it is no JSON, or does not load.
 */
export function readConfigFile(base: string, environment: string, name: string): ConfigFile | undefined {
  const own = join(base, name)
  if (existsSync(own)) return { path: own, value: sectionOf(load(own), environment) }
  const path = join(base, 'config', environment, basename(name))
  return existsSync(path) ? { path, value: load(path) } : undefined
}

/** Returns what a module or JSON file at an absolute path says for an environment. */
export function requireConfig(path: string, environment: string): unknown {
  return sectionOf(createRequire(path)(path), environment)
}

/** @throws {Error} the file cannot be read, or is no JSON; the message says which file, and where in it. */
export function readJson(path: string): unknown {
  try {
    return parseJson(readFileSync(path, 'utf8'), path)
  } catch (error) {
    // nobody may catch it: in what Node prints then, the place in the file shall not drown
    throw Object.assign(error as Error, { stack: String(error) })
  }
}

function load(path: string): unknown {
  // read anew each time, and not kept: what is loaded again has changed
  if (path.endsWith('.json')) return readJson(path)
  const require = createRequire(path)
  Reflect.deleteProperty(require.cache, require.resolve(path))
  return require(path)
}

function sectionOf(value: unknown, environment: string): unknown {
  if (typeof value !== 'object' || value === null) return value
  return (value as Record<string, unknown>)[environment] || value
}
