import type { App } from '../app.ts'
import type { AnyFunction } from '../callback.ts'
import { getLogger } from '../log.ts'

/** What of `connectorConfig` turns clients away by their address. */
interface HostFilterOptions {
  readonly useHostFilter?: unknown
  /** `(cb(err, list))` */
  readonly blacklistFun?: unknown
}

const logger = getLogger('pomelo', 'connector')

/**
 * Calls `refuse` if a client's address is on the list that tools add to, or on the application's own, which it may
 * take its time for. Entries are regular expressions. Nobody is refused unless `useHostFilter` is on.
 */
export function filterHost(app: App, address: string, refuse: () => void): void {
  const { useHostFilter, blacklistFun } = (app.get('connectorConfig') ?? {}) as HostFilterOptions
  if (!useHostFilter) return
  const { __connector__: connector } = app.components as { __connector__?: { blacklist?: unknown } }
  if (isListed(connector?.blacklist, address)) return refuse()
  if (typeof blacklistFun !== 'function') return
  const fail = (error: unknown) => logger.error('connectorConfig.blacklistFun failed: %s', error)
  const asked = (blacklistFun as AnyFunction).call(undefined, (error: unknown, list: unknown) => {
    if (error) fail(error)
    else if (isListed(list, address)) refuse()
  })
  Promise.resolve(asked).catch(fail)
}

function isListed(list: unknown, address: string): boolean {
  return Array.isArray(list) && list.some((entry) => isMatch(String(entry), address))
}

function isMatch(entry: string, address: string): boolean {
  try {
    return new RegExp(entry).test(address)
  } catch (error) {
    // the others still count
    logger.error('a blacklist has an entry that is no regular expression: %s', (error as Error).message)
    return false
  }
}
