import type { App } from '../../app.ts'
import { callBack } from '../../callback.ts'
import type { AdminModule } from '../console-service.ts'

/** What the master tells a server when a tool has told it. */
interface ConsoleMessage {
  readonly signal?: string
  readonly cron?: unknown
  readonly blacklist?: readonly string[]
}

/** `__console__` on a server. Answers that no error comes before are in its place: tools read them there. */
export function createConsoleMonitor(app: App): AdminModule {
  return {
    monitorHandler(_agent: unknown, message: ConsoleMessage, callback: unknown) {
      switch (message.signal) {
        case 'list':
          return callBack(callback, { serverId: app.serverId, body: statusOf(app) })
        case 'addCron':
          return app.addCrons([message.cron])
        case 'removeCron':
          return app.removeCrons([message.cron])
        case 'blacklist':
          return addToBlacklist(app, message.blacklist ?? [])
        default:
          // what a master of another version may say
          return
      }
    },
  }
}

function statusOf({ serverId, serverType }: App): object {
  const { rss, heapTotal, heapUsed } = process.memoryUsage()
  const megabytes = (bytes: number) => (bytes / 1_048_576).toFixed(2)
  return {
    serverId,
    serverType,
    pid: process.pid,
    rss: megabytes(rss),
    heapTotal: megabytes(heapTotal),
    heapUsed: megabytes(heapUsed),
    uptime: (process.uptime() / 60).toFixed(2),
  }
}

function addToBlacklist(app: App, addresses: readonly string[]): void {
  const { __connector__: connector } = app.components as { __connector__?: { blacklist?: string[] } }
  connector?.blacklist?.push(...addresses)
}
