import { EventEmitter } from 'node:events'
import type { AnyFunction } from '../callback.ts'

/**
 * Returns the method of an object that may be called from outside: its own or its class's, enumerable or not. What
 * every object inherits, and `constructor`, cannot.
 */
export function methodOf(object: object, name: string): AnyFunction | undefined {
  if (name === 'constructor') return undefined
  for (let owner: object | null = object; owner !== null && !foreign.has(owner); owner = parentOf(owner)) {
    const property = Object.getOwnPropertyDescriptor(owner, name)
    if (property !== undefined)
      return typeof property.value === 'function' ? (property.value as AnyFunction) : undefined
  }
  return undefined
}

/** Returns the names of such methods, each once. */
export function methodNames(object: object): string[] {
  const names = new Set<string>()
  for (let owner: object | null = object; owner !== null && !foreign.has(owner); owner = parentOf(owner)) {
    for (const name of Object.getOwnPropertyNames(owner))
      if (methodOf(object, name) !== undefined) names.add(name)
  }
  return [...names]
}

function parentOf(object: object): object | null {
  return Object.getPrototypeOf(object) as object | null
}

const foreign: ReadonlySet<object> = new Set([
  Object.prototype,
  EventEmitter.prototype,
  EventTarget.prototype,
])
