import { EventEmitter } from 'node:events'

/** A public method of a handler or remote, bound to what it belongs to. */
export type Method = (...args: unknown[]) => unknown

/**
 * Returns the public methods of modules, by `<module>.<method>`: functions that are the object's own or its class's.
 * What every object inherits, `constructor`, and names that begin with `_` are not methods.
 */
export function listMethods(modules: ReadonlyMap<string, object>): Map<string, Method> {
  const table = new Map<string, Method>()
  for (const [module, object] of modules) {
    for (const [name, method] of methodsOf(object)) table.set(`${module}.${name}`, method)
  }
  return table
}

function methodsOf(object: object): Map<string, Method> {
  const methods = new Map<string, Method>()
  // a name hides those below it, whatever it stands for: so a class takes back a method of its base
  const seen = new Set(['constructor'])
  for (let owner: object | null = object; owner !== null && !foreign.has(owner); owner = parentOf(owner)) {
    for (const [name, { value }] of Object.entries(Object.getOwnPropertyDescriptors(owner))) {
      if (seen.has(name) || name.startsWith('_')) continue
      seen.add(name)
      if (typeof value === 'function') methods.set(name, (value as Method).bind(object))
    }
  }
  return methods
}

function parentOf(object: object): object | null {
  return Object.getPrototypeOf(object) as object | null
}

/** What comes with the language or with Node is nothing that an application serves. */
const foreign: ReadonlySet<object> = new Set([
  Object.prototype,
  EventEmitter.prototype,
  EventTarget.prototype,
])
