import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Game } from './fixtures/game.ts'
import type { Framework } from './fixtures/game.ts'
import { RawClient } from './fixtures/raw-client.ts'
import type { TestClient } from './fixtures/test-client.ts'

/** Checks that the chat of Pomelo's tutorial, with all its steps, does on a framework what it is to do. */
export function testChat(framework: Framework): void {
  let game: Game
  let rooms = 0

  before(async () => {
    game = await Game.start('chat', { framework })
  })

  after(() => game[Symbol.asyncDispose]())

  async function queryEntry(uid: string): Promise<{ code: number; host: string; port: number }> {
    const gate = await game.connect('gate-server-1')
    return (await gate.request('gate.gateHandler.queryEntry', { uid })) as never
  }

  /** Asks the gate, and enters a room where it says. */
  async function enter(username: string, rid: string) {
    const { port } = await queryEntry(username)
    const client = await game.connect(port)
    client.listen('onChat', 'onAdd', 'onLeave', 'disconnect')
    const answer = await client.request('connector.entryHandler.enter', { username, rid })
    return {
      client,
      port,
      answer,
      say: (content: string, target = '*') => client.request('chat.chatHandler.send', { content, target }),
    }
  }

  /** Two who are in a room, and not on the same connector. */
  async function pair() {
    const rid = `room-${++rooms}`
    const ada = await enter('ada', rid)
    for (let number = 1; ; number++) {
      const name = `bob${number}`
      if ((await queryEntry(name)).port === ada.port) continue
      const bob = await enter(name, rid)
      assert.deepEqual(await ada.client.next('onAdd'), { user: name })
      return { rid, ada, bob, name }
    }
  }

  const heard = (client: TestClient) => client.next('onChat')

  test('the gate says where a connector is', async () => {
    const { code, host, port } = await queryEntry('ada')

    assert.deepEqual([code, host], [200, '127.0.0.1'])
    assert.ok([game.portOf('connector-server-1'), game.portOf('connector-server-2')].includes(port))
    assert.deepEqual(await queryEntry(''), { code: 500 })
  })

  test('the gate asks a time server by a number, which calls back with no error first', async () => {
    await queryEntry('ada')

    await game.printed(/timeRemote - arg1: Hello; arg2: 7/)
    await game.printed(/Remote Time: \d+:\d+:\d+/)
  })

  test('who enters hears who is there, and the others hear of it and of who leaves', async () => {
    const ada = await enter('ada', 'hall')
    const bob = await enter('bob', 'hall')

    assert.deepEqual(ada.answer, { users: ['ada'] })
    assert.deepEqual(bob.answer, { users: ['ada', 'bob'] })
    assert.deepEqual(await ada.client.next('onAdd'), { user: 'bob' })

    bob.client.close()

    // without a definition in serverProtos.json, a body keeps the route that the application put in it
    assert.deepEqual(await ada.client.next('onLeave'), { route: 'onLeave', user: 'bob' })
  })

  test('who is in a room already is refused', async () => {
    await enter('ada', 'twice')

    assert.deepEqual((await enter('ada', 'twice')).answer, { code: 500, error: true })
  })

  test('all in a room hear what is said, on whichever connector, and who said it is answered', async () => {
    const { ada, bob, name } = await pair()

    assert.deepEqual(await ada.say('hello'), {})

    for (const { client } of [ada, bob]) {
      assert.deepEqual(await heard(client), { msg: 'hello', from: 'ada', target: '*' })
    }
    await bob.say('and back')
    assert.deepEqual(await heard(ada.client), { msg: 'and back', from: name, target: '*' })
  })

  test('nobody else hears what is said to one', async () => {
    const { rid, ada, bob, name } = await pair()
    const eve = await enter('eve', rid)

    await ada.say('psst', name)
    await ada.say('loud')

    assert.deepEqual(await heard(bob.client), { msg: 'psst', from: 'ada', target: name })
    for (const { client } of [ada, eve, bob]) {
      assert.deepEqual(await heard(client), { msg: 'loud', from: 'ada', target: '*' })
    }
  })

  test('what is said to nobody there is answered with code 500', async () => {
    const { ada } = await pair()

    assert.deepEqual(await ada.say('psst', 'nobody'), { code: 500 })
  })

  test('the chat servers take abuse out, and print who it was', async () => {
    const { rid, ada, bob } = await pair()

    await ada.say('what the fuck')

    assert.deepEqual(await heard(bob.client), { msg: 'what the ****', from: 'ada', target: '*' })
    await game.printed(new RegExp(`abuse:ada at room ${rid}`))
  })

  test('text arrives as it was written', async () => {
    const { ada, bob } = await pair()
    const text = '你好, wörld, \u{1f34a}'

    await ada.say(text)

    assert.deepEqual(await heard(bob.client), { msg: text, from: 'ada', target: '*' })
  })

  test('a push has a code for its route, and a body of protobuf', async () => {
    const { client, answer } = await RawClient.open(game.portOf('connector-server-1'), {
      sys: { type: 'js-websocket', version: '1.0.0' },
    })
    const { code, sys } = answer as { code: number; sys: Record<string, never> }
    const dict: Record<string, number> = sys['dict'] ?? {}
    assert.deepEqual([code, sys['heartbeat']], [200, 3])
    assert.deepEqual(Object.keys(dict), [
      'chat.chatHandler.send',
      'connector.entryHandler.enter',
      'gate.gateHandler.queryEntry',
      'onChat',
      'onAdd',
      'onLeave',
    ])
    const { server } = sys['protos'] as unknown as { server: Record<string, unknown> }
    assert.deepEqual(server['onAdd'], {
      user: { option: 'required', type: 'string', tag: 1 },
      __messages: {},
      __tags: { 1: 'user' },
    })

    client.request(1, 'connector.entryHandler.enter', { username: 'raw', rid: 'raw' })
    await client.nextMessage()
    await enter('ada', 'raw')

    // a push whose route is a code, the code, and field 1, a text of three bytes
    const onAdd = Buffer.from([7, 0, dict['onAdd'] ?? 0, 0x0a, 3, ...Buffer.from('ada')])
    assert.deepEqual(await client.nextMessage(), onAdd)
    client.close()
  })

  test('a component without a name runs in the master', async () => {
    const { index: start } = await game.printed(/Hello World Start/)
    const { index: afterStart } = await game.printed(/Hello World afterStart/)

    assert.ok(start < afterStart)
    await game.printed(/master-server-1Hello World!/)
  })

  test('an admin module asks every process each few seconds, the master too, and collects answers', async () => {
    for (const id of ['chat-server-2', 'connector-server-1', 'gate-server-1', 'master-server-1']) {
      await game.printed(new RegExp(`${id}testmsg`))
    }
    await game.printed(/serverId: 'chat-server-2'/)
    await game.printed(/serverId: 'master-server-1'/)
  })
}
