import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, extname, join } from 'node:path'
import { types } from 'node:util'
import { closest } from 'shaddock/embed'
import { getLogger } from '../log.ts'

/** A handler, remote or cron of an application, as its module made it. */
export interface LoadedModule {
  /** Its own `name`, if it has one, or its file's. */
  readonly name: string
  readonly object: object
  /** Whether it is written for Shaddock: its methods return promises, rather than call back. */
  readonly isNative: boolean
}

/** What factories and classes are given. */
export interface LoadContext {
  /** Pomelo's application, for its modules. */
  readonly app: object
  /** Shaddock's, for modules that are written for that. Without it their classes are looked at, and not made. */
  readonly native: object | undefined
}

const logger = getLogger('pomelo', 'loader')

/**
 * Loads every module directly in a folder, evaluated anew, as CommonJS in sloppy mode if that is what it is. A function
 * is called with the application, and what it returns is the module. Files that export nothing are left out. A module
 * that has a default export (TypeScript's, or an ES module's) is Shaddock's: a class is constructed.
 * @throws {Error} a module does not load, an ES module has no default export, or two files are one module; the message
 * names the files.
 */
export function loadModules(folder: string, context: LoadContext): LoadedModule[] {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    warnOfMisspelt(folder)
    return []
  }
  // as `require` sees it: what it has kept is known by that
  const directory = realpathSync(folder)
  const names = readdirSync(directory)
  if (names.length === 0) logger.warn('nothing to load in %s', directory)
  const files = names.filter((name) => isModule(name) && statSync(join(directory, name)).isFile())
  for (const [name, same] of Map.groupBy(files, nameOf))
    if (same.length > 1) throw new Error(`${folder}: ${same.join(' and ')} are both the module ${name}`)
  return files.flatMap((name) => load(join(directory, name), name, context))
}

/** In Pomelo such a folder may lie there without effect, so it is said and not refused. */
function warnOfMisspelt(folder: string): void {
  const [parent, meant] = [dirname(folder), basename(folder)]
  const entries = existsSync(parent) ? readdirSync(parent, { withFileTypes: true }) : []
  for (const { name } of entries.filter((entry) => entry.isDirectory()))
    if (closest(name, [meant]) !== undefined)
      logger.warn('nothing is loaded from %s: is it meant to be called %s?', join(parent, name), meant)
}

function isModule(name: string): boolean {
  return /^.+\.(?:js|cjs|mjs|ts|cts|mts)$/i.test(name) && !/\.d\.[cm]?ts$/i.test(name)
}

function nameOf(fileName: string): string {
  return fileName.slice(0, -extname(fileName).length)
}

function load(path: string, fileName: string, context: LoadContext): LoadedModule[] {
  try {
    const exported = requireAnew(path)
    const native = nativeOf(exported)
    const made =
      native === undefined ? make(exported, context.app) : constructNative(native.served, context.native)
    if (typeof made !== 'object' || made === null) return []
    const { name } = made as { name?: unknown }
    return [
      {
        name: typeof name === 'string' && name !== '' ? name : nameOf(fileName),
        object: made,
        isNative: native !== undefined,
      },
    ]
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${path} does not load: ${why}`, { cause })
  }
}

/** Returns what a module exports. If it has been evaluated already, it is again. */
function requireAnew(path: string): unknown {
  const require = createRequire(path)
  Reflect.deleteProperty(require.cache, require.resolve(path))
  return require(path)
}

function make(exported: unknown, app: object): unknown {
  if (typeof exported !== 'function') return exported
  // a class cannot be called, and where Pomelo could not load it either, it is made
  return isClass(exported) ? construct(exported, app) : (exported as (app: object) => unknown)(app)
}

function construct(served: unknown, app: object): unknown {
  if (typeof served !== 'function') return served
  if (served.prototype === undefined) return (served as (app: object) => unknown)(app)
  return Reflect.construct(served, [app]) as unknown
}

function constructNative(served: unknown, app: object | undefined): unknown {
  if (app !== undefined || typeof served !== 'function') return construct(served, app ?? {})
  return served.prototype as unknown
}

/** Returns what a module written for Shaddock serves: its default export. */
function nativeOf(exported: unknown): { readonly served: unknown } | undefined {
  if (typeof exported !== 'object' || exported === null) return undefined
  const isModule = types.isModuleNamespaceObject(exported)
  if (!isModule && !('__esModule' in exported)) return undefined
  if (!('default' in exported))
    throw new Error(
      'it has no default export, and what it exports by name is not served: export default class …',
    )
  return { served: exported.default }
}

function isClass(value: object): boolean {
  return Function.prototype.toString.call(value).startsWith('class')
}
