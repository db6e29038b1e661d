import type { AnyFunction } from './callback.ts'

/** Returns what a filter runs before or after: itself if it is a function, or its method of that name. */
export function filterFunction(
  filter: unknown,
  kind: 'before' | 'after',
): ((...args: unknown[]) => unknown) | undefined {
  if (typeof filter === 'function') return (...args) => (filter as AnyFunction).call(undefined, ...args)
  const method = (filter as Record<string, unknown> | null | undefined)?.[kind]
  return typeof method === 'function' ? (...args) => (method as AnyFunction).call(filter, ...args) : undefined
}
