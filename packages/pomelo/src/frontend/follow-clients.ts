import type { Clients, FrontendSession as NativeSession } from 'shaddock'
import type { App } from '../app.ts'
import { events } from '../events.ts'
import type { Session } from '../session/session.ts'
import type { SessionService } from '../session/session-service.ts'
import type { ConnectionService } from './connection-service.ts'
import { filterHost } from './host-filter.ts'
import { ClientSocket } from './socket.ts'

export interface FollowOptions {
  readonly app: App
  readonly clients: Clients
  readonly sessions: SessionService
  readonly connections: ConnectionService
}

/** Gives each of a frontend's clients a session of Pomelo's, for as long as it is connected. */
export function followClients(options: FollowOptions): void {
  const { clients, sessions } = options
  clients.onConnect((native) => {
    open(native, options)
    filterHost(options.app, native.remoteAddress, () => {
      native.kick().catch(ignore)
    })
  })
  // a handler that is written for Shaddock binds there
  clients.onBind((native, uid) => {
    const session = sessions.get(native.id)
    if (session !== undefined && session.uid === null) sessions.bind(native.id, uid)
  })
  clients.onUnbind((native) => {
    const session = sessions.get(native.id)
    if (session !== undefined && session.uid !== null && !native.closed)
      sessions.unbind(native.id, session.uid)
  })
}

function open(native: NativeSession, { app, clients, sessions, connections }: FollowOptions): void {
  const session = sessions.create(new ClientSocket(native, clients))
  connections.increaseConnectionCount()
  // before those that handlers add, as in Pomelo
  session.on('closed', () => app.event.emit(events.CLOSE_SESSION, session.toFrontendSession()))
  session.on('bind', () => bound(session, { app, connections }))
  session.on('unbind', (uid) => {
    connections.removeLoginedUser(uid as string)
    app.event.emit(events.UNBIND_SESSION, session)
  })
  native.onClose((reason) => {
    connections.decreaseConnectionCount(session.uid ?? undefined)
    session.closed(reason.code)
  })
}

function ignore(): void {
  /* it has closed meanwhile */
}

function bound(session: Session, { app, connections }: Pick<FollowOptions, 'app' | 'connections'>): void {
  const { uid, __socket__: socket } = session
  connections.addLoginedUser(uid!, { loginTime: Date.now(), uid, address: socket.remoteAddress.ip })
  app.event.emit(events.BIND_SESSION, session)
}
