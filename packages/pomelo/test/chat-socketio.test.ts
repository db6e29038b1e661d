import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Game, shaddock } from './fixtures/game.ts'
import { reference } from './fixtures/reference.ts'
import { SocketIoClient } from './fixtures/socketio-client.ts'
import type { SocketIoTransport } from './fixtures/socketio-client.ts'

for (const framework of [shaddock, reference]) {
  test(`two chat over Socket.IO on ${framework.name}, by WebSocket and by polling`, async () => {
    await using game = await Game.start('chat', { framework, main: 'variants/socketio.js' })
    const enter = async (username: string, transport: SocketIoTransport) => {
      using gate = await SocketIoClient.open(game.portOf('gate-server-1'), transport)
      const { port } = (await gate.request('gate.gateHandler.queryEntry', { uid: username })) as {
        port: number
      }
      const client = await SocketIoClient.open(port, transport)
      return { client, answer: await client.request('connector.entryHandler.enter', { username, rid: 'r' }) }
    }
    using clients = new DisposableStack()
    const ada = await enter('ada', 'websocket')
    clients.use(ada.client)
    const bob = await enter('bob', 'polling')
    clients.use(bob.client)
    const content = '你好 \u{1f34a}'

    assert.deepEqual(bob.answer, { users: ['ada', 'bob'] })
    assert.deepEqual(await ada.client.next(), { route: 'onAdd', body: { route: 'onAdd', user: 'bob' } })
    assert.deepEqual(await bob.client.request('chat.chatHandler.send', { content, target: '*' }), {})
    for (const { client } of [ada, bob])
      assert.deepEqual(await client.next(), {
        route: 'onChat',
        body: { msg: content, from: 'bob', target: '*' },
      })
    bob.client[Symbol.dispose]()
    assert.deepEqual(await ada.client.next(), { route: 'onLeave', body: { route: 'onLeave', user: 'bob' } })
  })
}
