import type { App } from './app.ts'
import type { ComponentFactory } from './component.ts'

const names = [
  ...['backendSession', 'channel', 'connection', 'connector', 'dictionary', 'master', 'monitor'],
  ...['protobuf', 'proxy', 'pushScheduler', 'remote', 'server', 'session'],
]

/**
 * Pomelo's own components, for applications that load them themselves: `app.load(pomelo.connector, opts)` sets
 * `connectorConfig`, and the component is loaded with the others.
 */
export const components: Readonly<Record<string, ComponentFactory>> = Object.fromEntries(
  names.map((name) => [name, configures(`${name}Config`)]),
)

function configures(setting: string): ComponentFactory {
  // a factory's own name would be the component's
  return Object.defineProperty(
    (app: object, opts?: unknown) => {
      if (opts !== undefined) (app as App).set(setting, opts)
      return {}
    },
    'name',
    { value: '' },
  )
}
