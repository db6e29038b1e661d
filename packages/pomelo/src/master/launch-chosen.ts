import type { App } from '../app.ts'
import { entryOf } from '../native/entry.ts'
import { onSignal } from '../process/process.ts'
import { spawnServer } from './launch.ts'

/** Whether this process starts a server, or those of a type, rather than being one: `pomelo start -t chat`. */
export function isLauncher(app: App): boolean {
  if (!app.isMaster()) return false
  if (app.startId !== undefined) return app.startId !== 'master'
  return app.type !== 'all' && app.type !== 'master'
}

/**
 * Starts them, and ends them when it is asked to end. A master that runs finds them, but does not start them again.
 * @throws {Error} there is none.
 */
export function launchChosen(app: App): void {
  const chosen = app.startId ?? app.type
  const all = Object.values(app.getServersFromConfig())
  const servers = all.filter(({ id, serverType }) => id === chosen || serverType === chosen)
  if (servers.length === 0) throw new Error(`config/servers.json has no server or type ${chosen}`)
  const children = servers.map((server) => spawnServer(app, entryOf(server)))
  onSignal(() => children.forEach((child) => child.kill('SIGTERM')))
}
