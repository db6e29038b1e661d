import assert from 'node:assert/strict'
import { createConnection } from 'node:net'
import { after, before, describe, test } from 'node:test'
import { connect } from '@shaddock/client'
import type { Client } from '@shaddock/client'
import type { Chat } from '../../game-server/app/contract.ts'
import { startGame } from '../fixtures/game.ts'
import type { Game, Mode } from '../fixtures/game.ts'

/** What the chat does for its clients over real sockets, however its servers are spread. It is skipped if there is a `whyNot`. */
export function chatSuite(mode: Mode, whyNot?: string): void {
  describe(`the chat, ${mode}`, { skip: whyNot ?? false }, () => {
    let game: Game
    before(async () => {
      game = await startGame(mode)
    })
    after(async () => game[Symbol.asyncDispose]())

    test('the gate names a connector of the config', async () => {
      await using gate = await connect<Chat>(game.gates[0] ?? '')

      const { code, host, port } = await gate.request('gate.gateHandler.queryEntry', { uid: 'ada' })

      assert.equal(code, 200)
      assert.ok(game.connectors.includes(`ws://${host}:${port}`))
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
      for (const url of [...game.gates, ...game.connectors]) {
        for (const bytes of ['ff'.repeat(100), '00', '0400ffff', '474554202f20485454502f312e310d0a0d0a']) {
          await sendAndClose(url, Buffer.from(bytes, 'hex'))
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

      const gates = game.gates.map((_, index) => `gate-${index + 1}`)
      assert.deepEqual(servers.map(({ id }) => id).sort(), [
        'chat-1',
        'chat-2',
        'connector-1',
        'connector-2',
        ...gates,
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
  const client = await connect<Chat>(game.connectors[connector] ?? '', { reconnect: false })
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
async function sendAndClose(url: string, bytes: Buffer): Promise<void> {
  const { hostname, port } = new URL(url)
  const socket = createConnection(Number(port), hostname)
  socket.on('error', () => undefined) // a reset is as good as a goodbye
  socket.end(bytes)
  socket.resume()
  await new Promise((resolve) => socket.once('close', resolve))
}
