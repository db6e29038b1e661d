import { isDeepStrictEqual } from 'node:util'
import type { Config } from '../config/config.ts'
import type { ServerOrder } from './server-order.ts'

/** Returns what a server was started with and `config` says otherwise by now: files, and the environment. */
export function findOutdated({ entry, config }: ServerOrder, now: Config): readonly string[] {
  const files = ['connector', 'cluster', 'master', 'log', 'dictionary'] as const
  const changed = files
    .filter((name) => !isSame(config[name], now[name]))
    .map((name) => `config/${name}.json`)
  const entryNow = now.servers.find(({ id }) => id === entry.id)
  return [
    ...(config.environment === now.environment ? [] : [`environment ${config.environment}`]),
    ...(isSame(entry, entryNow) ? [] : ['config/servers.json']),
    ...changed,
  ]
}

/** Whether two values are the same to JSON: one of them has travelled as such. */
function isSame(then: unknown, now: unknown): boolean {
  return isDeepStrictEqual(then, now === undefined ? now : JSON.parse(JSON.stringify(now)))
}
