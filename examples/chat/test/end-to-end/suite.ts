import assert from 'node:assert/strict'
import { createConnection } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { connect } from '@shaddock/client'
import type { Client } from '@shaddock/client'
import type { Chat } from '../../game-server/app/contract.ts'
import { startGame } from '../fixtures/game.ts'
import type { Game, Mode } from '../fixtures/game.ts'

/** What the chat does for its clients over real sockets, however its servers are spread over processes. */
export function chatSuite(mode: Mode): void {
  describe(`the chat, ${mode}`, () => {
    let game: Game
    before(async () => {
      game = await startGame(mode)
    })
    after(async () => game[Symbol.asyncDispose]())

    test('the gate names a connector of the config', async () => {
      await using gate = await connect<Chat>(`ws://127.0.0.1:${game.gatePort}`)

      const { code, host, port } = await gate.request('gate.gateHandler.queryEntry', { uid: 'ada' })

      assert.equal(code, 200)
      assert.equal(host, '127.0.0.1')
      assert.ok(game.connectorPorts.includes(port))
    })

    test('two people on different connectors talk', async () => {
      await using ada = await enter(game, 0, 'ada', 'talk')
      await using bob = await enter(game, 1, 'bob', 'talk')

      await bob.client.request('chat.chatHandler.send', { content: 'hello 😀 你好', target: '*' })
      await ada.client.request('chat.chatHandler.send', { content: 'psst', target: 'bob' })

      assert.deepEqual(bob.users, ['ada', 'bob'])
      await ada.hears('onAdd bob')
      await ada.hears('onChat bob→*: hello 😀 你好')
      await bob.hears('onChat ada→bob: psst')
    })

    test('a taken name is refused, and free again when its owner has left', async () => {
      await using eve = await enter(game, 0, 'eve', 'names')
      const ada = await enter(game, 0, 'ada', 'names')
      await assert.rejects(enter(game, 1, 'ada', 'names'), { code: 500 })

      ada.client.close()
      await eve.hears('onLeave ada')

      await using again = await enter(game, 1, 'ada', 'names')
      assert.deepEqual(again.users, ['eve', 'ada'])
    })

    test('a hundred requests in flight are answered in the order of one room', async () => {
      await using ada = await enter(game, 0, 'ada', 'order')
      await using bob = await enter(game, 1, 'bob', 'order')
      const say = (client: Client<Chat>, n: number) =>
        client.request('chat.chatHandler.send', { content: String(n), target: '*' })

      await Promise.all(
        Array.from({ length: 100 }, (_, n) => [say(ada.client, n), say(bob.client, n)]).flat(),
      )
      await ada.client.request('chat.chatHandler.send', { content: 'end', target: '*' })
      await Promise.all([ada.hears('onChat ada→*: end'), bob.hears('onChat ada→*: end')])

      const chats = (heard: readonly string[]) => heard.filter((line) => line.startsWith('onChat'))
      const order = chats(bob.heard)
      assert.deepEqual(chats(ada.heard).slice(-order.length), order)
      for (const name of ['ada', 'bob']) {
        const own = order.filter((line) => line.startsWith(`onChat ${name}`) && !line.endsWith('end'))
        assert.deepEqual(
          own,
          Array.from({ length: 100 }, (_, n) => `onChat ${name}→*: ${n}`),
        )
      }
    })

    test('nonsense on a port closes that connection and no other', async () => {
      await using ada = await enter(game, 0, 'ada', 'nonsense')
      for (const port of [game.gatePort, ...game.connectorPorts]) {
        for (const bytes of ['ff'.repeat(100), '00', '0400ffff', '474554202f20485454502f312e310d0a0d0a']) {
          await sendAndClose(port, Buffer.from(bytes, 'hex'))
        }
      }

      await ada.client.request('chat.chatHandler.send', { content: 'fine', target: '*' })

      await ada.hears('onChat ada→*: fine')
    })

    test('the command lists every server', async () => {
      const servers = JSON.parse(await game.command('list', '--json')) as {
        id: string
        connections?: number
      }[]

      assert.deepEqual(servers.map(({ id }) => id).sort(), [
        'chat-1',
        'chat-2',
        'connector-1',
        'connector-2',
        'gate-1',
        'master',
      ])
    })
  })
}

interface Person extends AsyncDisposable {
  readonly client: Client<Chat>
  readonly users: readonly string[]
  readonly heard: readonly string[]
  /** Resolves when it has heard that. */
  hears(line: string): Promise<void>
}

/** Enters a room through a connector. */
export async function enter(game: Game, connector: number, username: string, rid: string): Promise<Person> {
  const client = await connect<Chat>(`ws://127.0.0.1:${game.connectorPorts[connector]}`, { reconnect: false })
  const heard: string[] = []
  const waiting = new Map<string, () => void>()
  const hear = (line: string) => {
    heard.push(line)
    waiting.get(line)?.()
  }
  client.on('onAdd', ({ user }) => hear(`onAdd ${user}`))
  client.on('onLeave', ({ user }) => hear(`onLeave ${user}`))
  client.on('onChat', ({ from, target, msg }) => hear(`onChat ${from}→${target}: ${msg}`))
  try {
    const { users } = await client.request('connector.entryHandler.enter', { username, rid })
    return {
      client,
      users,
      heard,
      hears: async (line) => {
        if (!heard.includes(line)) await new Promise<void>((resolve) => waiting.set(line, resolve))
      },
      [Symbol.asyncDispose]: () => client[Symbol.asyncDispose](),
    }
  } catch (error) {
    client.close()
    throw error
  }
}

/** Resolves when the server has closed the connection, or has said all that it says. */
async function sendAndClose(port: number, bytes: Buffer): Promise<void> {
  const socket = createConnection(port, '127.0.0.1')
  socket.on('error', () => undefined) // a reset is as good as a goodbye
  socket.end(bytes)
  socket.resume()
  await new Promise((resolve) => socket.once('close', resolve))
}
