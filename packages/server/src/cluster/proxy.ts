import type { Contract, Rpc as RpcOf } from '@shaddock/protocol'
import type { ServerInfo } from '../server-info.ts'
import { remoteName } from './remotes.ts'
import { decodeValue, encodeValue } from './values.ts'

export interface ProxyOptions<Key> {
  /** The servers of a type. */
  readonly servers: (type: string) => readonly ServerInfo[]
  /** The server with an id. @throws {ServerError} `NO_SERVER`: it is not there. */
  readonly find: (id: string) => ServerInfo
  /** The server of a type that a key belongs to. @throws {ServerError} `NO_SERVER`: there is none. */
  readonly pick: (type: string, key: Key) => ServerInfo
  readonly call: (server: ServerInfo, name: string, payload: Uint8Array) => Promise<Uint8Array>
}

/**
 * Returns `rpc.<type>.<module>.<method>`. Nothing is looked up before it is called: what the contract names and no
 * server serves rejects with `NOT_FOUND`.
 */
export function createRpcProxy<C extends Contract, Key>(options: ProxyOptions<Key>): RpcOf<C, Key> {
  return lazily((type) =>
    lazily((module) => lazily((method) => remoteMethod(options, type, module, method))),
  ) as RpcOf<C, Key>
}

function remoteMethod<Key>(options: ProxyOptions<Key>, type: string, module: string, method: string) {
  const name = remoteName(type, `${module}.${method}`)
  async function call(server: ServerInfo, args: readonly unknown[]): Promise<unknown> {
    return decodeValue(await options.call(server, name, encodeValue(args)))
  }
  return Object.assign(async (key: Key, ...args: unknown[]) => call(options.pick(type, key), args), {
    to: async (serverId: string, ...args: unknown[]) => call(options.find(serverId), args),
    all: async (...args: unknown[]) => Promise.all(options.servers(type).map((server) => call(server, args))),
  })
}

/** Returns an object whose properties are made on first use and kept. */
function lazily<T>(make: (name: string) => T): Record<string, T> {
  const made = new Map<string, T>()
  return new Proxy(
    {},
    {
      get(_, name) {
        if (typeof name === 'symbol' || askedOfAll.has(name))
          return Reflect.get(Object.prototype, name) as undefined
        const known = made.get(name)
        if (known !== undefined) return known
        const value = make(name)
        made.set(name, value)
        return value
      },
    },
  )
}

/** What is asked of an object that is awaited, logged or put in a text: none of these is a call to a server. */
const askedOfAll = new Set(['then', 'toJSON', ...Object.getOwnPropertyNames(Object.prototype)])
