import { findTypes, loadModules } from './loader.ts'
import { listMethods } from './route-table.ts'

/** What one server type's folder serves. */
export interface TypeRoutes {
  readonly type: string
  /** `<type>.<module>.<method>`, sorted: clients call these. */
  readonly handlers: readonly string[]
  /** The same for what servers call. */
  readonly remotes: readonly string[]
}

/**
 * Returns what the folders of an application serve, by server type. Its modules are loaded and made with an application that does
 * nothing.
 * @throws {SetupError} a module does not load.
 */
export async function listRoutes(directory: string): Promise<TypeRoutes[]> {
  const types = await findTypes(directory)
  return Promise.all(
    types.map(async (type) => {
      const { handlers, remotes } = await loadModules(directory, type, inert)
      const names = (modules: ReadonlyMap<string, object>) =>
        [...listMethods(modules)]
          // a field that holds the application, or part of it, is no method
          .filter(([, method]) => method !== inert)
          .map(([name]) => `${type}.${name}`)
          .sort()
      return { type, handlers: names(handlers), remotes: names(remotes) }
    }),
  )
}

/** Stands for an application whose every property, call and construction gives the same nothing. */
const inert: () => unknown = new Proxy(() => undefined, {
  get: (_, name) => {
    if (name === Symbol.iterator) return () => [].values()
    if (name === Symbol.toPrimitive) return () => ''
    return typeof name === 'symbol' || name === 'then' ? undefined : inert
  },
  apply: () => inert,
  construct: () => inert,
})
