import { watch } from 'node:fs'
import { join } from 'node:path'
import type { Application as NativeApp, Call } from 'shaddock'
import type { App } from '../app.ts'
import type { HandlerMethod } from '../dispatch/pipeline.ts'
import { getLogger } from '../log.ts'
import { promising } from '../rpc/services.ts'
import type { Services } from '../services.ts'
import { loadModules } from './loader.ts'
import type { LoadedModule } from './loader.ts'
import { methodNames, methodOf } from './methods.ts'

const logger = getLogger('pomelo', 'server')

/** Loads the handlers of this server's type, and serves clients with them. */
export function serveHandlers(app: App, native: NativeApp, { pipeline }: Services): void {
  const load = () => loadModules(folderOf(app, 'handler'), { app, native })
  const loaded = new Map(load().map((module) => [module.name, module]))
  for (const [name, module] of loaded) {
    native.handler(name, module.isNative ? module.object : adapted(name, loaded, pipeline))
    if (module.isNative) continue
    // a session's requests run side by side, and one that never calls back holds up no other
    for (const method of methodNames(module.object)) native.unordered(`${app.serverType}.${name}.${method}`)
  }
  const { reloadHandlers } = (app.get('serverConfig') ?? {}) as { reloadHandlers?: unknown }
  if (!reloadHandlers) return
  reloading(native, folderOf(app, 'handler'), () => {
    for (const module of load()) if (!module.isNative) loaded.set(module.name, module)
  })
}

/** Loads the remotes of this server's type, and serves other servers with them: by Pomelo's calls and by Shaddock's. */
export function serveRemotes(app: App, native: NativeApp, { remotes }: Services): void {
  const load = () => loadModules(folderOf(app, 'remote'), { app, native })
  for (const module of load()) {
    remotes.add('user', module)
    native.remote(
      module.name,
      module.isNative ? module.object : promising(module, methodNames(module.object)),
    )
  }
  const { reloadRemotes } = (app.get('remoteConfig') ?? {}) as { reloadRemotes?: unknown }
  if (!reloadRemotes) return
  reloading(native, folderOf(app, 'remote'), () => {
    for (const module of load()) remotes.add('user', module)
  })
}

function folderOf(app: App, kind: 'handler' | 'remote'): string {
  return join(app.base, 'app/servers', app.serverType, kind)
}

/** Returns an object whose methods are those of a handler of Pomelo's, as Shaddock calls them. */
function adapted(
  name: string,
  loaded: ReadonlyMap<string, LoadedModule>,
  pipeline: Services['pipeline'],
): object {
  const { object } = loaded.get(name)!
  const adapt = (method: string) => (_message: unknown, _session: unknown, call: Call) => {
    // looked up each time: it may have been loaded anew
    const current = loaded.get(name)!.object
    const run = methodOf(current, method)
    return pipeline.invoke(call, (...args: Parameters<HandlerMethod>) => run?.apply(current, args))
  }
  return Object.fromEntries(methodNames(object).map((method) => [method, adapt(method)]))
}

function reloading(native: NativeApp, folder: string, reload: () => void): void {
  const watcher = watch(folder, () => {
    try {
      reload()
    } catch (error) {
      // half written, or broken: what was there goes on
      logger.error('%s', error)
    }
  })
  native.onStop('reloading', () => watcher.close())
}
