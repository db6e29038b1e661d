import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import type { AnyFunction } from '../callback.ts'
import { getLogger } from '../log.ts'
import { GlobalChannelService } from '../plugins/global-channel.ts'
import { StatusService } from '../plugins/status.ts'
import type { App, PomeloPlugin } from '../app.ts'
import type { ComponentFactory } from '../component.ts'

const logger = getLogger('pomelo', 'plugin')

/** Loads what a plugin's folders hold. Options are by the name of the component's file. */
export function usePlugin(app: App, plugin: PomeloPlugin, opts: Readonly<Record<string, unknown>>): void {
  const { components, events } = plugin
  const name = packageOf(components ?? '')
  const instead = insteadOf.get(name)
  if (instead !== undefined) throw new Error(`${name} is not there: ${instead}`)
  const builtIn = plugin.component ?? inPlaceOf.get(name)
  if (builtIn !== undefined) {
    app.load(builtIn, opts)
    return
  }
  if (!components) return logger.error('a plugin without components is left out')
  if (!existsSync(components)) return logger.error('the components of a plugin are not at %s', components)
  for (const { name, exported } of requireFolder(join(dirname(components), 'components'))) {
    app.load(exported as ComponentFactory, opts[name] || {})
  }
  if (!events) return
  if (!existsSync(events)) return logger.error('the events of a plugin are not at %s', events)
  for (const { exported } of requireFolder(join(dirname(components), 'events'))) listen(app, exported)
}

/** Returns the name of the package that a folder belongs to, or nothing. */
function packageOf(folder: string): string {
  return /^.*[\\/]node_modules[\\/]([^\\/]+)[\\/]/.exec(folder)?.[1] ?? ''
}

/** Two plugins need redis for what Shaddock has anyway. */
const inPlaceOf = new Map<string, ComponentFactory>([
  ['pomelo-status-plugin', (app) => new StatusService(app as App)],
  ['pomelo-globalchannel-plugin', (app) => new GlobalChannelService(app as App)],
])

const withoutMaster =
  'leave it out, servers find one another and serve on without their master; start another master when one is gone'

const insteadOf = new Map([
  ['pomelo-masterha-plugin', withoutMaster],
  ['pomelo-zookeeper-plugin', withoutMaster],
])

function requireFolder(folder: string): { name: string; exported: unknown }[] {
  if (!existsSync(folder)) {
    logger.error('a plugin has no folder %s', folder)
    return []
  }
  const require = createRequire(join(folder, 'index.js'))
  return readdirSync(folder)
    .filter((file) => file.endsWith('.js'))
    .map((file) => ({ name: basename(file, '.js'), exported: require(join(folder, file)) as unknown }))
}

/** An events file exports a class: each of its methods, inherited ones too, listens to the event of its name. */
function listen(app: App, exported: unknown): void {
  const listener = Reflect.construct(exported as AnyFunction, [app]) as Record<string, unknown>
  // as the reference walks it: what is enumerable, up the prototypes
  for (const name in listener) {
    const method = listener[name]
    if (typeof method === 'function') app.event.on(name, (method as AnyFunction).bind(listener))
  }
}
