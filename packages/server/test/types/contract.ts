/* eslint-disable @typescript-eslint/no-unsafe-call -- what must not compile has no type */
// Nothing here runs: the compiler checks that what a contract promises arrives, and that what it does not is an error.
import type { Client } from '@shaddock/client'
import type { Wire } from '@shaddock/protocol'
import { z } from 'zod'
import type { Application, FrontendSession, ServerInfo, Session } from '../../src/index.ts'
import { defineApp, rendezvous, validated } from '../../src/index.ts'
import type { TestClient } from '../../src/testing/index.ts'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Takes a value of exactly the type that is named. */
function is<Expected>() {
  return <Actual>(_: Actual, ..._wrong: Equal<Actual, Expected> extends true ? [] : [never]): void =>
    undefined
}

interface Move {
  x: number
  y: number
}

declare class BoardHandler {
  constructor(app: Application<Game>)
  move(message: Move, session: PlayerSession): Promise<{ at: Date; taken: readonly Move[] }>
  look(): { board: string[] }
  resign(message?: { reason: string }): Promise<void>
  chat: (message: { text: string }, session: PlayerSession) => Promise<{ heard: number }>
  readonly size: number
}

declare class BoardRemote {
  open(name: string, size?: number): Promise<{ id: string; since: Date }>
  close(id: string): void
  boards(): Map<string, number>
}

interface Game {
  servers: {
    gate: { handler: { gate: { default: (app: Application<Game>) => { query(): { host: string } } } } }
    board: {
      handler: { boardHandler: { default: typeof BoardHandler } }
      remote: { boards: { default: typeof BoardRemote } }
    }
    score: { remote: { score: { add(uid: string, points: number): Promise<number> } } }
  }
  pushes: { onMove: { uid: string; move: Move; at: Date }; onEnd: null }
  session: { board: string; rating?: number }
}

type PlayerSession = Session<Game['session']>

declare const client: Client<Game>
declare const app: Application<Game>
declare const session: PlayerSession
declare const frontendSession: FrontendSession<Game['session']>
declare const testClient: TestClient<Game>

export async function requests(): Promise<void> {
  is<{ at: string; taken: readonly { x: number; y: number }[] }>()(
    await client.request('board.boardHandler.move', { x: 1, y: 2 }),
  )
  is<{ board: string[] }>()(await client.request('board.boardHandler.look'))
  is<{ heard: number }>()(await client.request('board.boardHandler.chat', { text: 'hi' }))
  is<{ host: string }>()(await client.request('gate.gate.query'))
  await client.request('board.boardHandler.resign')
  await client.request('board.boardHandler.resign', { reason: 'late' })
  await client.request('board.boardHandler.move', { x: 1, y: 2 }, { timeoutMs: 100 })
  client.notify('board.boardHandler.move', { x: 1, y: 2 })

  // @ts-expect-error no such method
  await client.request('board.boardHandler.mvoe', { x: 1, y: 2 })
  // @ts-expect-error no such module
  await client.request('board.handler.move', { x: 1, y: 2 })
  // @ts-expect-error no such server type
  await client.request('bord.boardHandler.move', { x: 1, y: 2 })
  // @ts-expect-error not a method
  await client.request('board.boardHandler.size')
  // @ts-expect-error a remote is no route
  await client.request('board.boards.open', 'a')
  // @ts-expect-error `y` is missing
  await client.request('board.boardHandler.move', { x: 1 })
  // @ts-expect-error a number is expected
  await client.request('board.boardHandler.move', { x: 1, y: '2' })
  // @ts-expect-error the message is missing
  await client.request('board.boardHandler.move')
  // @ts-expect-error no such route to notify
  client.notify('board.boardHandler.mvoe', {})
}

export async function pushes(): Promise<void> {
  client.on('onMove', (message) => is<{ uid: string; move: { x: number; y: number }; at: string }>()(message))
  client.on('onEnd', (message) => is<null>()(message))
  is<{ uid: string; move: { x: number; y: number }; at: string }>()(await testClient.next('onMove'))
  is<readonly null[]>()(testClient.heard('onEnd'))
  const channel = app.channels.get('lobby')
  channel.push('onMove', { uid: 'ada', move: { x: 1, y: 2 }, at: new Date() })
  channel.pushTo(['ada'], 'onEnd', null)
  app.channels.pushTo([{ uid: 'ada', frontendId: 'gate-1' }], 'onEnd', null)
  app.channels.broadcast('gate', 'onEnd', null)
  app.channels.onLeave((leave) => leave.channel.push('onEnd', null))
  app.sessions.pushTo(['ada'], 'onEnd', null)

  // @ts-expect-error no such push
  client.on('onMoved', () => undefined)
  // @ts-expect-error no such push
  await testClient.next('onMoved')
  // @ts-expect-error no such push
  channel.push('onMoved', {})
  // @ts-expect-error `at` is missing
  channel.push('onMove', { uid: 'ada', move: { x: 1, y: 2 } })
  // @ts-expect-error not the message of that push
  channel.pushTo(['ada'], 'onEnd', {})
  // @ts-expect-error not the message of that push
  app.channels.broadcast('gate', 'onEnd', {})
  // @ts-expect-error not the message of that push
  app.sessions.pushTo(['ada'], 'onEnd', {})
  // @ts-expect-error not the message of that push
  app.channels.onLeave((leave) => leave.channel.push('onEnd', {}))
}

export async function remotes(): Promise<void> {
  is<{ id: string; since: string }>()(await app.rpc.board.boards.open(session, 'a', 8))
  is<{ id: string; since: string }>()(await app.rpc.board.boards.open.to('board-1', 'a'))
  is<{ id: string; since: string }[]>()(await app.rpc.board.boards.open.all('a'))
  is<number>()(await app.rpc.score.score.add(null, 'ada', 3))
  is<number>()(await app.rpc.score.score.add('ada', 'ada', 3))
  is<undefined>()((await app.rpc.board.boards.close(frontendSession, 'a')) as undefined)

  // @ts-expect-error no such method
  await app.rpc.board.boards.opne(session, 'a')
  // @ts-expect-error a handler is no remote
  await app.rpc.board.boardHandler.move(session, { x: 1, y: 2 })
  // @ts-expect-error no such module
  await app.rpc.board.score.add(null, 'ada', 3)
  // @ts-expect-error the gate has no remotes
  await app.rpc.gate.gate.query(null)
  // @ts-expect-error an argument is missing
  await app.rpc.score.score.add(null, 'ada')
  // @ts-expect-error a number is expected
  await app.rpc.score.score.add(null, 'ada', '3')
  // @ts-expect-error the key is missing
  await app.rpc.board.boards.open()
  // @ts-expect-error a number is no key
  await app.rpc.board.boards.open(5, 'a')
}

export function sessions(): void {
  is<string | undefined>()(session.get('board'))
  is<number | undefined>()(session.get('rating'))
  is<string | null>()(session.uid)
  session.set('board', 'a')
  frontendSession.onClose(({ reason }) => is<string>()(reason))

  // @ts-expect-error no such key
  session.get('bored')
  // @ts-expect-error a text is expected
  session.set('board', 5)
  // @ts-expect-error only the frontend knows when it closes
  session.onClose(() => undefined)
}

export const definition = defineApp<Game>('.', (app) => {
  is<readonly ServerInfo[]>()(app.servers('board'))
  app.route('board', (key, servers) => {
    const board = typeof key === 'string' ? key : key?.get('board')
    is<string | undefined>()(board)
    return rendezvous(board ?? '', servers)
  })
  app.use((other: Application<Game>) => other.onStop('plugin', () => undefined))

  // @ts-expect-error no such server type
  app.servers('bord')
  // @ts-expect-error no such server type
  app.route('bord', (_, servers) => servers[0]!)
  // @ts-expect-error a server is expected
  app.route('board', () => 'board-1')
})

export const move = validated(
  z.object({ x: z.number(), y: z.number().default(0) }),
  async (message, session: PlayerSession) => {
    is<{ x: number; y: number }>()(message)
    return { board: session.get('board') }
  },
)
is<Promise<{ board: string | undefined }>>()(move({ x: 1, y: 2 }, session))

declare const anything: Client
is<Promise<unknown>>()(anything.request('any.route.goes', { any: 'message' }) as Promise<unknown>)

declare const json: Wire<{
  date: Date
  nested: { list: readonly Date[]; pair: [Date, string] }
  method(): void
  maybe?: Date
  either: Date | null
  any: unknown
}>
is<string>()(json.date)
is<readonly string[]>()(json.nested.list)
is<[string, string]>()(json.nested.pair)
is<string | undefined>()(json.maybe)
is<string | null>()(json.either)
// @ts-expect-error JSON carries no methods
json.method()

export const untyped = defineApp('.', async (app) => {
  is<readonly ServerInfo[]>()(app.servers('any'))
  app.channels.get('lobby').push('onAny', { any: 'message' })
})
