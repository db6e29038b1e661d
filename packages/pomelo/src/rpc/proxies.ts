import type { App } from '../app.ts'
import { getLogger } from '../log.ts'
import type { RpcClient } from './client.ts'

const logger = getLogger('pomelo-rpc')

/**
 * Returns `app.rpc`: `rpc.<type>.<service>.<method>(routeParam, …args, callback)`. A type is undefined until it is in the
 * config or a server of it has come. Services and methods are not looked up before they are called: what no server has
 * calls back with an error.
 */
export function createProxies(app: App, client: RpcClient, namespace: 'user' | 'sys'): object {
  const isKnown = (type: string) => {
    const { servers } = app.settings as { servers?: object }
    return Object.hasOwn(app.serverTypeMaps, type) || (servers !== undefined && Object.hasOwn(servers, type))
  }
  return lazily((serverType) => {
    if (!isKnown(serverType)) return undefined
    return lazily((service) =>
      lazily((method) => remoteMethod(client, { namespace, serverType, service, method })),
    )
  })
}

interface Address {
  readonly namespace: string
  readonly serverType: string
  readonly service: string
  readonly method: string
}

function remoteMethod(client: RpcClient, address: Address): object {
  const { namespace, serverType, service, method } = address
  const name = `${namespace}.${serverType}.${service}.${method}`
  return Object.assign(
    (...given: unknown[]) => {
      if (given.length < 2)
        return logger.error('%s is called with a route parameter first and a callback last', name)
      const [routeParam, ...args] = given
      const callback = args.pop()
      client.call(routeParam, { ...address, args }, callback)
    },
    {
      toServer: (...given: unknown[]) => {
        const [serverId, ...args] = given
        if (given.length < 2 || typeof serverId !== 'string')
          return logger.error('%s.toServer is called with the id of a server first and a callback last', name)
        const callback = args.pop()
        if (serverId === '*') client.callAll({ ...address, args }, callback)
        else client.invoke(serverId, { ...address, args }, callback)
      },
    },
  )
}

/** Returns an object whose properties are made when they are first asked for, and kept unless there is none. */
function lazily(make: (name: string) => object | undefined): object {
  const made = new Map<string, object>()
  return new Proxy(
    {},
    {
      get(_, name) {
        if (typeof name === 'symbol' || name in Object.prototype || name === 'then' || name === 'toJSON')
          return Reflect.get(Object.prototype, name) as unknown
        const value = made.get(name) ?? make(name)
        if (value !== undefined) made.set(name, value)
        return value
      },
    },
  )
}
