import { crc32 } from 'node:zlib'
import type { App } from '../app.ts'
import type { AnyFunction } from '../callback.ts'
import { toError } from '../callback.ts'
import type { PomeloServer } from '../config/servers.ts'
import { callTimeoutOf } from './call-timeout.ts'
import { createBalance } from './balance.ts'
import type { Balance, BalanceOptions } from './balance.ts'
import type { RpcMessage } from './message.ts'

/**
 * Chooses the server of a type for a call. It calls back at once if it can: calls that are made one after the other must
 * leave in that order.
 */
export type Routing = (serverType: string, routeParam: unknown, message: RpcMessage, choose: Choose) => void

/** Is told the choice: the id of a server, or why there is none. Once. */
export type Choose = (error: Error | undefined, serverId: string) => void

/**
 * Returns the choice that the application has configured: `proxyConfig.routerType`, or else the function that `app.route`
 * was given for the type or for `default`, or else a hash of the uid.
 */
export function createRouting(app: App, underWay: (serverId: string) => number): Routing {
  const { routerType } = (app.get('proxyConfig') ?? {}) as Partial<BalanceOptions>
  const balances = new Map<string, Balance>()
  const pick = (serverType: string, routeParam: unknown, message: RpcMessage): string => {
    const servers = app.getServersByType(serverType) ?? []
    if (servers.length === 0) throw new Error(`can not find server info for type:${serverType}`)
    if (routerType === undefined) return byUid(servers, routeParam)
    const balance =
      balances.get(serverType) ?? createBalance(app.get('proxyConfig') as BalanceOptions, underWay)
    balances.set(serverType, balance)
    return balance(servers, message)
  }
  return (serverType, routeParam, message, choose) => {
    const { once, within } = firstOf(choose)
    const route = routeOf(app, serverType)
    try {
      if (routerType !== undefined || typeof route !== 'function')
        once(undefined, pick(serverType, routeParam, message))
      else {
        const next = (error: unknown, serverId: unknown) => {
          if (error) once(toError(error), '')
          else if (typeof serverId === 'string') once(undefined, serverId)
          else once(new Error(`the route function of ${serverType} chose ${String(serverId)}`), '')
        }
        const result = (route as AnyFunction).call(undefined, routeParam, message, app, next)
        Promise.resolve(result).catch((error: unknown) => once(toError(error), ''))
        within(callTimeoutOf(app), `the route function of ${serverType} chose nothing`)
      }
    } catch (error) {
      // what was chosen before it threw counts, and what threw is the caller's
      if (!once(toError(error), '')) throw error
    }
  }
}

/** The type may be what a client has sent: only what the application has set counts. */
function routeOf(app: App, serverType: string): unknown {
  const routes = new Map(Object.entries(app.get('__routes__') ?? {}))
  return routes.get(serverType) ?? routes.get('default')
}

/**
 * Returns `choose` for one use: `once` returns whether this was it, and `within` refuses in its place unless that comes in
 * time.
 */
function firstOf(choose: Choose) {
  const state: { isChosen: boolean; timer?: NodeJS.Timeout } = { isChosen: false }
  const once = (...args: Parameters<Choose>) => {
    if (state.isChosen) return false
    state.isChosen = true
    clearTimeout(state.timer)
    choose(...args)
    return true
  }
  const within = (limitMs: number, otherwise: string) => {
    if (!state.isChosen)
      state.timer = setTimeout(
        () => once(new Error(`${otherwise} within ${limitMs} ms`), ''),
        limitMs,
      ).unref()
  }
  return { once, within }
}

function byUid(servers: readonly PomeloServer[], routeParam: unknown): string {
  const uid = (routeParam as { uid?: unknown } | null | undefined)?.uid || ''
  return servers[hashOf(String(uid)) % servers.length]!.id
}

/** A signed crc32 over the low byte of each unit, as uids have been spread ever since. */
function hashOf(text: string): number {
  return Math.abs(crc32(Buffer.from(text, 'latin1')) | 0)
}
