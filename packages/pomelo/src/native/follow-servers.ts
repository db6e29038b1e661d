import type { Application as NativeApp, ServerInfo } from 'shaddock'
import type { App } from '../app.ts'
import { toPomeloServer } from './entry.ts'

/** Keeps an application's servers as Shaddock sees them: all but the master, and this one from now on. */
export function followServers(app: App, native: NativeApp): void {
  const self = native.server
  const ofInterest = (servers: readonly ServerInfo[]) =>
    servers.filter(({ id, type }) => type !== 'master' && id !== self.id)
  app.addServers([...ofInterest(native.servers()), ...(app.isMaster() ? [] : [self])].map(toPomeloServer))
  native.onServers((joined, left) => {
    // who has started again is among both: it goes before it comes
    app.removeServers(ofInterest(left).map(({ id }) => id))
    app.addServers(ofInterest(joined).map(toPomeloServer))
  })
}
