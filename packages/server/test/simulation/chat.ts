import type { Application, FrontendSession, Session } from '../../src/index.ts'
import { defineApp, rendezvous, ServerError } from '../../src/index.ts'

/** The application that is simulated: rooms in which people talk, who are told who is there. */
export interface Chat {
  servers: {
    connector: { handler: { entry: { default: typeof EntryHandler } } }
    chat: {
      handler: { talk: { default: typeof TalkHandler } }
      remote: { room: { default: typeof RoomRemote } }
    }
  }
  pushes: {
    onSaid: Said
    onAdd: { user: string }
    onLeave: { user: string }
    /** Everybody who is there: said when another server has taken the room over. */
    onUsers: { users: string[] }
  }
  session: { room: string }
}

export interface Said {
  readonly from: string
  readonly room: string
  readonly number: number
  /** How many were said in this room before: carried along when it moves. */
  readonly place: number
}

type App = Application<Chat>
/** Takes how long a call between servers has taken, however it ended. */
export type OnCall = (ms: number) => void

class EntryHandler {
  readonly #app: App
  readonly #onCall: OnCall

  constructor(app: App, onCall: OnCall) {
    this.#app = app
    this.#onCall = onCall
  }

  /** Enters a room as `user`, out of the one before. Answers who is in it. */
  async enter({ user, room }: { user: string; room: string }, session: FrontendSession<Chat['session']>) {
    const { room: rooms } = this.#app.rpc.chat
    await session.bind(user)
    const before = session.get('room')
    if (before !== undefined && before !== room)
      await this.#timed(rooms.leave(before, user, session.frontendId, before))
    session.set('room', room)
    return { users: await this.#timed(rooms.add(room, user, session.frontendId, room)) }
  }

  async #timed<T>(call: Promise<T>): Promise<T> {
    const startedAt = performance.now()
    try {
      return await call
    } finally {
      this.#onCall(performance.now() - startedAt)
    }
  }
}

class RoomRemote {
  readonly #app: App

  constructor(app: App) {
    this.#app = app
    app.channels.onLeave(({ channel, uid }) => {
      // not if another connection of the same user is in it
      if (!channel.has(uid)) channel.push('onLeave', { user: uid })
    })
    app.channels.onTakeOver(({ channel }) => channel.push('onUsers', { users: channel.members() }))
  }

  async add(uid: string, frontendId: string, room: string): Promise<string[]> {
    const channel = this.#app.channels.get(room)
    await channel.add(uid, frontendId)
    channel.push('onAdd', { user: uid })
    return channel.members()
  }

  async leave(uid: string, frontendId: string, room: string): Promise<void> {
    this.#app.channels.get(room).leave(uid, frontendId)
  }
}

class TalkHandler {
  readonly #app: App
  /** How many were said, by room. */
  readonly #places = new Map<string, number>()

  constructor(app: App) {
    this.#app = app
    app.channels.onHandOver(({ channel }) => this.#places.get(channel.name))
    app.channels.onTakeOver(({ channel, state }) => {
      if (typeof state === 'number') this.#places.set(channel.name, state)
    })
  }

  /** Says something in the session's room, after thinking about it for a while. */
  async say({ number, thinkMs }: { number: number; thinkMs: number }, session: Session<Chat['session']>) {
    if (thinkMs > 0) await new Promise((resolve) => setTimeout(resolve, thinkMs))
    const room = session.get('room') ?? ''
    const channel = this.#app.channels.get(room)
    if (session.uid === null || !channel.has(session.uid))
      throw new ServerError('DENIED', 'enter a room first')
    const place = this.#places.get(room) ?? 0
    this.#places.set(room, place + 1)
    channel.push('onSaid', { from: session.uid, room, number, place })
    return { by: this.#app.server.id, incarnation: this.#app.server.incarnation }
  }
}

/** Returns the application. `watch` is called for each server of it, as it starts. */
export function createChat(watch: (app: App) => OnCall) {
  return defineApp<Chat>(
    import.meta.dirname,
    (app) => {
      const onCall = watch(app)
      app.route('chat', (key, servers) =>
        rendezvous((typeof key === 'string' ? key : key?.get('room')) ?? '', servers),
      )
      if (app.server.type === 'connector') app.handler('entry', new EntryHandler(app, onCall))
      if (app.server.type !== 'chat') return
      app.handler('talk', new TalkHandler(app))
      app.remote('room', new RoomRemote(app))
    },
    { loadsFolders: false },
  )
}
