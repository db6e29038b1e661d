import type { App } from '../app.ts'
import { called } from '../callback.ts'
import type { AnyFunction, Callback } from '../callback.ts'
import type { AdminModule, ConsoleService } from './console-service.ts'

/** What `app.registerAdmin` has kept. */
interface Registration {
  readonly moduleId: string
  readonly module: unknown
  readonly opts: unknown
}

/** Makes the admin modules that an application has registered, and registers them with a console. Returns them. */
export function registerModules(
  app: App,
  service: ConsoleService,
  builtIn: readonly BuiltIn[],
): AdminModule[] {
  const own = Object.values((app.get('__modules__') ?? {}) as Record<string, Registration>).map(
    ({ moduleId, module, opts }): BuiltIn => ({
      moduleId,
      make: () =>
        typeof module === 'function'
          ? ((module as AnyFunction).call(undefined, opts, service) as AdminModule)
          : (module as AdminModule),
    }),
  )
  return [...builtIn, ...own].map(({ moduleId, make }) => {
    const module = make(service)
    service.register(moduleId, module)
    return module
  })
}

/** An admin module of this package's own. One that an application registers under its id takes its place. */
export interface BuiltIn {
  readonly moduleId: string
  readonly make: (service: ConsoleService) => AdminModule
}

/** Starts modules one after the other. @throws what the first that fails calls back with. */
export async function startModules(modules: readonly AdminModule[]): Promise<void> {
  for (const module of modules) {
    const { start } = module
    if (typeof start === 'function')
      await called((callback: Callback) => (start as AnyFunction).call(module, callback))
  }
}
