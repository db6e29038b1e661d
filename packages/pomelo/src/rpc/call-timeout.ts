import type { App } from '../app.ts'

const defaultMs = 30_000

/** Returns how long a call may take, as in Pomelo, unless `proxyConfig.timeout` says otherwise. */
export function callTimeoutOf(app: App): number {
  const { timeout = defaultMs } = (app.get('proxyConfig') ?? {}) as { timeout?: number }
  return timeout
}
