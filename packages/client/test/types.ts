// What the compiler promises an application. Checked by tsc; there is nothing to run.
import type { WebSocket as WsSocket } from 'ws'
import { type Client, connect, RequestError, viaGate, type WebSocketConstructor } from '../src/index.ts'

class EntryHandler {
  readonly #users: string[] = []

  enter(
    message: { rid: string; username: string },
    _session: object,
  ): Promise<{ users: string[]; since: Date }> {
    this.#users.push(message.username)
    return Promise.resolve({ users: this.#users, since: new Date(0) })
  }

  _secret = 1
}

class ChatHandler {
  list(): string[] {
    return []
  }

  search(message: { text: string } | undefined): number {
    return message?.text.length ?? 0
  }
}

class ChatRemote {
  add(uid: string): Promise<string[]> {
    return Promise.resolve([uid])
  }
}

// what `typeof import('…')` is for a module with a default export
interface Chat {
  servers: {
    connector: { handler: { entryHandler: { default: typeof EntryHandler } } }
    chat: {
      handler: { chatHandler: { default: typeof ChatHandler } }
      remote: { chatRemote: { default: typeof ChatRemote } }
    }
  }
  pushes: { onChat: { from: string; at: Date }; onLeave: { user: string } }
  session: { rid: string }
}

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
declare function expectType<Expected, Actual>(equal: Equal<Expected, Actual>): void

export async function typed(): Promise<void> {
  const client = await connect<Chat>('ws://127.0.0.1:3050', {
    onOpen: async (opened) => {
      await opened.request('chat.chatHandler.list')
      // @ts-expect-error: not a route
      await opened.request('chat.chatHandler.lsit')
    },
  })
  expectType<Client<Chat>, typeof client>(true)

  const entered = await client.request('connector.entryHandler.enter', { rid: 'lobby', username: 'ada' })
  // a Date is a string behind JSON
  expectType<{ users: string[]; since: string }, typeof entered>(true)
  const found = await client.request('chat.chatHandler.search', { text: 'hello' }, { timeoutMs: 1_000 })
  expectType<number, typeof found>(true)
  await client.request('chat.chatHandler.search')
  await client.request('chat.chatHandler.list', undefined, { timeoutMs: 1_000 })
  client.notify('chat.chatHandler.search', { text: 'hello' })

  // @ts-expect-error: 'username' is missing
  await client.request('connector.entryHandler.enter', { rid: 'lobby' })
  // @ts-expect-error: the message is missing
  await client.request('connector.entryHandler.enter')
  // @ts-expect-error: 'rid' is no number
  await client.request('connector.entryHandler.enter', { rid: 1, username: 'ada' })
  // @ts-expect-error: remotes are not for clients
  await client.request('chat.chatRemote.add', 'ada')
  // @ts-expect-error: a field is no method
  await client.request('connector.entryHandler._secret')
  // @ts-expect-error: no such option
  await client.request('chat.chatHandler.list', undefined, { timeout: 1_000 })
  // @ts-expect-error: the message is missing
  client.notify('connector.entryHandler.enter')
  // @ts-expect-error: a notify has no deadline
  client.notify('chat.chatHandler.search', { text: 'hello' }, { timeoutMs: 1_000 })
}

export function pushes(client: Client<Chat>): void {
  const undo = client.on('onChat', (message) =>
    expectType<{ from: string; at: string }, typeof message>(true),
  )
  expectType<() => void, typeof undo>(true)
  client.on('onLeave', ({ user }) => user.length)
  // @ts-expect-error: not a push
  client.on('onChatter', () => {})
  // @ts-expect-error: onLeave has no 'from'
  client.on('onLeave', ({ from }) => from)
}

export async function untyped(routes: string[]): Promise<void> {
  const client = await connect({ host: '127.0.0.1', port: 3050 })
  expectType<Client, typeof client>(true)

  for (const route of routes) await client.request(route)
  const { users } = (await client.request('connector.entryHandler.enter', { anything: 1 })) as {
    users: string[]
  }
  expectType<string[], typeof users>(true)
  client.notify('chat.chatHandler.send', 'text')
  client.on('onChat', (message: { from: string }) => message.from)
}

export async function gates(asked: (gate: Client<Chat>) => Promise<{ users: string[] }>): Promise<void> {
  const ask = async (gate: Client<Chat>) => {
    const { users } = await gate.request('connector.entryHandler.enter', { rid: 'lobby', username: 'ada' })
    return { host: users[0] ?? '', port: 3050, others: [{ host: 'b', port: 3051 }] }
  }
  await connect<Chat>(viaGate<Chat>(['ws://a', { host: 'b' }], ask))
  await connect(viaGate('ws://a', (gate) => gate.request('any.route.goes')))
  await connect(['ws://a', { host: 'b', port: 3050 }])
  // @ts-expect-error: the answer names no host
  viaGate<Chat>('ws://a', asked)
}

export function errors(error: RequestError): void {
  expectType<number, typeof error.code>(true)
  expectType<unknown, typeof error.body>(true)
}

export function sockets(ofPages: typeof WebSocket, ofNode: typeof WsSocket): WebSocketConstructor[] {
  return [ofPages, ofNode]
}
