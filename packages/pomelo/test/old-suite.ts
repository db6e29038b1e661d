import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { AdminClient } from '../src/admin/admin-client.ts'
import { Game } from './fixtures/game.ts'
import type { Framework } from './fixtures/game.ts'
import { TestClient } from './fixtures/test-client.ts'

/** Checks that an application in the old style finds on a framework what Pomelo's applications count on. */
export function testOldApplication(framework: Framework): void {
  let game: Game
  let uids = 0

  before(async () => {
    game = await Game.start('old', { framework })
  })

  after(() => game[Symbol.asyncDispose]())

  /** Connects somebody new to a room. */
  async function enter({ room = 'first', connector = 'connector-server-1' } = {}) {
    const client = (await game.connect(connector)).listen('onSay', 'onNote', 'onNews', 'onKick', 'disconnect')
    const uid = `user-${++uids}`
    const { id } = (await client.request('connector.entryHandler.enter', { uid, room })) as { id: number }
    return {
      client,
      uid,
      id,
      connector,
      entry: (method: string, msg?: object) => client.request(`connector.entryHandler.${method}`, msg),
      area: (method: string, msg?: object) => client.request(`area.areaHandler.${method}`, msg),
    }
  }

  test('an application knows itself, its servers and its settings', async () => {
    const { entry } = await enter()

    assert.deepEqual(await entry('info'), {
      serverId: 'connector-server-1',
      sameId: true,
      serverType: 'connector',
      frontend: true,
      backend: false,
      master: false,
      frontendField: 'true',
      clientPort: 'number',
      region: 'eu',
      number: 7,
      env: 'development',
      masterId: 'master-server-1',
      connectors: ['connector-server-1', 'connector-server-2'],
      types: ['area', 'connector'],
      nobody: 'undefined',
      areaRegion: 'us',
      fromConfig: ['area-server-1', 'area-server-2', 'connector-server-1', 'connector-server-2'],
      settings: [true, null, true],
      flags: [true, false, true],
      trace: ['beforeStartup', 'start', 'afterStart', 'afterStartup', 'afterStartAll'],
      counter: 5,
      greeting: 'plugin greets you',
      rpcNobody: 'undefined',
    })
  })

  test('start calls back, and so does each process', async () => {
    await game.printed(/connector-server-1 was called back with (undefined|null)/)
    await game.printed(/master-server-1 was called back with (undefined|null)/)
  })

  test('a message has its route, and the filters run in their order', async () => {
    const { entry, area } = await enter()

    assert.deepEqual(await entry('echo', { a: 1 }), {
      msg: { a: 1, __route__: 'connector.entryHandler.echo' },
      order: ['function', 'local'],
    })
    assert.deepEqual(await area('where', { a: 1 }), {
      serverId: 'area-server-1',
      msg: { a: 1, __route__: 'area.areaHandler.where' },
      order: ['function', 'local'],
    })
  })

  test('what a global filter does to a message, the handler sees, also on another server', async () => {
    const { entry, area } = await enter()

    const { msg: here } = (await entry('echo', { addMark: 1 })) as { msg: unknown }
    const { msg: there } = (await area('where', { addMark: 1 })) as { msg: unknown }

    assert.deepEqual(here, { addMark: 1, mark: 'marked', __route__: 'connector.entryHandler.echo' })
    assert.deepEqual(there, { addMark: 1, mark: 'marked', __route__: 'area.areaHandler.where' })
  })

  test('a filter that stops a request answers it, with code 500', async () => {
    const { entry, area } = await enter()

    assert.deepEqual(await entry('echo', { stopAt: 'local' }), { stoppedAt: 'local', code: 500 })
    assert.deepEqual(await entry('echo', { stopAt: 'global' }), { stoppedAt: 'global', code: 500 })
    assert.deepEqual(await area('where', { stopAt: 'local' }), { stoppedAt: 'local', code: 500 })
    assert.deepEqual(await area('where', { stopAt: 'global' }), { stoppedAt: 'global', code: 500 })
  })

  for (const [how, answer] of [
    ['error', { code: 500 }],
    ['response', { why: 'because', code: 500 }],
    ['code', { code: 7, why: 'because' }],
    ['mend', { mended: true }],
    ['nothing', {}],
    ['null', {}],
    ['array', [1, 2]],
    ['text', 'text'],
  ] as const) {
    test(`a handler that fails or answers with ${how} answers ${JSON.stringify(answer)}`, async () => {
      const { entry } = await enter()

      assert.deepEqual(await entry('fail', { how }), answer)
    })
  }

  for (const route of [
    'connector.entryHandler.nothing',
    'connector.nobody.echo',
    'area.areaHandler.nothing',
    'nobody.handler.method',
    'connector.echo',
    'a.b.c.d',
  ]) {
    test(`the route ${route} answers with code 500`, async () => {
      const { client } = await enter()

      assert.deepEqual(await client.request(route), { code: 500 })
    })
  }

  test('a handler on a back end that throws answers with code 500', async () => {
    const { area } = await enter()

    assert.deepEqual(await area('throws'), { code: 500 })
  })

  test('bodies that are no object arrive as they are', async () => {
    const { client } = await enter()

    for (const body of ['hello pomelo', 7, true]) {
      const { msg } = (await client.request('connector.entryHandler.echo', body)) as { msg: unknown }
      assert.deepEqual(msg, body)
    }
  })

  test('a session that is bound refuses another uid, and takes the same one', async () => {
    const { entry, uid, id } = await enter()

    assert.deepEqual(await entry('enter', { uid, room: 'first' }), {
      uid,
      id,
      frontendId: 'connector-server-1',
    })
    assert.deepEqual(await entry('enter', { uid: 'other', room: 'first' }), {
      code: 500,
      why: `session has already bind with ${uid}`,
    })
    assert.deepEqual(await entry('leave', { uid: 'other' }), { why: `session has not bind with ${uid}`, uid })
    assert.deepEqual(await entry('leave', { uid }), { why: 'none', uid: null })
  })

  test('what is set of a session is seen by that request alone, unless it is pushed', async () => {
    const { entry, area, uid } = await enter({ room: 'second' })

    assert.deepEqual(await entry('look'), {
      settings: { room: 'second' },
      uid,
      keys: ['frontendId', 'id', 'settings', 'uid'],
    })
    assert.deepEqual(await area('set', { score: 1 }), { score: 1 })
    assert.deepEqual(((await area('look')) as { settings: unknown }).settings, { room: 'second' })
    assert.deepEqual(await area('set', { score: 2, push: true }), { score: 2, err: null })
    assert.deepEqual(((await entry('look')) as { settings: unknown }).settings, { room: 'second', score: 2 })
    assert.deepEqual(await area('setAll'), { err: null })
    assert.deepEqual(((await area('look')) as { settings: unknown }).settings, {
      room: 'second',
      score: 2,
      a: 1,
      b: { c: 2 },
    })
  })

  test('a back end sees who calls, and has no sessionService', async () => {
    const { area, uid, id } = await enter()

    assert.deepEqual(await area('look'), {
      uid,
      id,
      frontendId: 'connector-server-1',
      room: 'first',
      settings: { room: 'first' },
      sessionService: 'undefined',
    })
  })

  test('a uid that is a number stays one', async () => {
    const client = await game.connect('connector-server-1')

    await client.request('connector.entryHandler.enter', { uid: 12345, room: 'first' })

    assert.equal(((await client.request('area.areaHandler.look')) as { uid: unknown }).uid, 12345)
    assert.equal(((await client.request('connector.entryHandler.look')) as { uid: unknown }).uid, 12345)
    const { found } = (await client.request('connector.entryHandler.services', { uid: '12345' })) as {
      found: unknown
    }
    assert.equal(found, 1)
  })

  test('a back end binds and unbinds a session of a frontend', async () => {
    const { area, entry, uid } = await enter()

    assert.deepEqual(await area('bind', { uid: 'other' }), { uid, failed: true })
    assert.deepEqual(await area('unbind', { uid }), { uid: null, failed: false })
    assert.deepEqual(await area('bind', { uid: `${uid}-again` }), { uid: `${uid}-again`, failed: false })
    assert.equal(((await entry('look')) as { uid: unknown }).uid, `${uid}-again`)
  })

  test('a back end finds sessions of a frontend by id and by uid', async () => {
    const { area } = await enter()

    assert.deepEqual(await area('sessions'), {
      one: 'first',
      all: 1,
      none: [null, null],
      gone: [null, null],
    })
  })

  test('the session service of a frontend finds its sessions', async () => {
    const { entry, uid } = await enter()

    assert.deepEqual(await entry('services', { uid }), {
      own: true,
      found: 1,
      nobody: 'undefined',
      count: true,
      address: 'string',
      noAddress: null,
      sameAs: true,
      components: true,
    })
  })

  test('a session that closes tells its listeners and the plugin, with the uid and what was pushed', async () => {
    const leaver = await enter()
    const witness = await enter()

    leaver.client.close()

    const closed = `close ${leaver.uid} ${leaver.id}`
    for (;;) {
      const { seen } = (await witness.entry('seen')) as { seen: string[] }
      if (!seen.includes(closed)) continue
      assert.ok(seen.indexOf(`bind ${leaver.uid} ${leaver.id}`) < seen.indexOf(closed))
      break
    }
    assert.deepEqual(await witness.entry('lastClosed'), { uid: leaver.uid, room: 'first' })
  })

  test('a plugin hears of the servers that are there', async () => {
    const { entry } = await enter()

    const { seen } = (await entry('seen')) as { seen: string[] }

    assert.ok(seen.includes('add area-server-1'))
    assert.ok(seen.includes('add area-server-2'))
  })

  for (const [how, kick] of [
    ['reason', { reason: 'too loud' }],
    ['old', { reason: 'kick' }],
    ['nothing', undefined],
  ] as const) {
    test(`who is kicked in the way "${how}" is told ${JSON.stringify(kick)}`, async () => {
      const loud = await enter()
      const witness = await enter()

      assert.deepEqual(await witness.entry('kick', { uid: loud.uid, how }), { err: null, left: 'undefined' })

      await loud.client.next('disconnect')
      assert.deepEqual(loud.client.heard('onKick'), kick === undefined ? [] : [kick])
    })
  }

  test('a back end kicks a user of any frontend', async () => {
    const loud = await enter({ connector: 'connector-server-2' })
    const witness = await enter()

    await witness.area('kick', { uid: loud.uid, sid: loud.connector })

    assert.deepEqual(await loud.client.next('onKick'), { reason: 'from afar' })
  })

  test('members of a channel hear it, on whichever frontend, until they leave', async () => {
    const ada = await enter()
    const bob = await enter({ connector: 'connector-server-2' })

    assert.deepEqual(await ada.area('join'), {
      before: 'undefined',
      added: true,
      without: false,
      members: [ada.uid],
      member: { uid: ada.uid, sid: 'connector-server-1' },
      amount: 1,
      same: true,
    })
    const { members, amount } = (await bob.area('join')) as { members: unknown; amount: unknown }
    assert.deepEqual(members, [ada.uid, bob.uid])
    assert.equal(amount, 2)
    assert.deepEqual(await bob.area('say', { text: 'hi' }), { err: null, fails: [] })
    assert.deepEqual(await ada.client.next('onSay'), { text: 'hi', from: bob.uid })
    assert.deepEqual(await bob.client.next('onSay'), { text: 'hi', from: bob.uid })
    await bob.area('say', { text: 'again', inMessage: true })
    assert.deepEqual(await ada.client.next('onSay'), { text: 'again', from: bob.uid, route: 'onSay' })
    assert.deepEqual(await ada.area('part'), {
      left: true,
      again: false,
      member: 'undefined',
      members: [bob.uid],
      after: 'undefined',
      addAfter: false,
    })
    assert.deepEqual(await bob.area('say', { text: 'nobody' }), { err: null, fails: null })
  })

  test('a push by uids says whom it did not reach', async () => {
    const ada = await enter()
    const bob = await enter({ connector: 'connector-server-2' })
    const uids = [
      { uid: ada.uid, sid: 'connector-server-1' },
      { uid: bob.uid, sid: 'connector-server-2' },
      { uid: 'absent', sid: 'connector-server-2' },
      { uid: 'nowhere' },
    ]

    assert.deepEqual(await ada.area('push', { text: 'hi', uids }), { err: null, fails: ['absent'] })
    assert.deepEqual(await ada.client.next('onNote'), { text: 'hi' })
    assert.deepEqual(await bob.client.next('onNote'), { text: 'hi' })
    assert.deepEqual(await ada.entry('push', { text: 'ho', uids }), { err: null, fails: ['absent'] })
    assert.deepEqual(await bob.client.next('onNote'), { text: 'ho' })
    assert.deepEqual(await ada.area('push', { text: 'hi', uids: [] }), {
      err: 'uids should not be empty',
      fails: null,
    })
  })

  test('a broadcast reaches all who are connected, or all who are bound', async () => {
    const stranger = (await game.connect('connector-server-2')).listen('onNews')
    const ada = await enter({ connector: 'connector-server-2' })

    assert.deepEqual(await ada.entry('broadcast', { text: 'members', binded: true }), { err: null })
    assert.deepEqual(await ada.entry('broadcast', { text: 'all' }), { err: null })

    assert.deepEqual(await ada.client.next('onNews'), { text: 'members' })
    assert.deepEqual(await ada.client.next('onNews'), { text: 'all' })
    assert.deepEqual(await stranger.next('onNews'), { text: 'all' })
  })

  test('a remote gets its arguments and calls back with what it likes', async () => {
    const { entry } = await enter()

    assert.deepEqual(await entry('rpc', { how: 'values' }), {
      args: [1, null, { when: '1970-01-01T00:00:00.000Z' }, 'more'],
      lastRpc: 'areaRemote.values',
    })
    assert.deepEqual(((await entry('rpc', { how: 'class' })) as { args: unknown }).args, [null, 'mine'])
  })

  test('a call goes where the route function says, or to a server by its id, or to all', async () => {
    const { entry } = await enter()
    const args = async (msg: object) => ((await entry('rpc', msg)) as { args: unknown }).args

    assert.deepEqual(await args({ how: 'where', room: 'first' }), [null, 'area-server-1'])
    assert.deepEqual(await args({ how: 'where', room: 'second' }), [null, 'area-server-2'])
    assert.deepEqual(await args({ how: 'to' }), [null, 'area-server-2'])
    assert.deepEqual(await args({ how: 'invoke' }), [null, 'area-server-2'])
    const { err } = (await entry('rpc', { how: 'all' })) as { err: unknown }
    assert.equal(err, null)
  })

  for (const how of ['error', 'throw', 'missing', 'nowhere']) {
    test(`a call that fails as "${how}" calls back with an error`, async () => {
      const { entry } = await enter()

      const { failed, args } = (await entry('rpc', { how })) as { failed: unknown; args: number }

      assert.equal(failed, true)
      assert.ok(args >= 1)
    })
  }

  test('a call without a callback is made, and nobody waits', async () => {
    const { entry, area } = await enter()

    await entry('rpc', { how: 'oneWay' })

    for (;;) {
      const { text } = (await area('lastNotified')) as { text: unknown }
      if (text === 'psst') break
    }
  })

  test('a notify is handled, and keeps nobody waiting when its handler never calls next', async () => {
    const { client, area } = await enter()

    for (let count = 0; count < 300; count++)
      client.notify('area.areaHandler.notified', { text: `no ${count}` })

    assert.deepEqual(await area('lastNotified'), { text: 'no 299' })
  })

  test('requests of one session are handled side by side', async () => {
    const { area } = await enter()
    const slow = area('tick')

    const { serverId } = (await area('where')) as { serverId: unknown }

    assert.equal(serverId, 'area-server-1')
    assert.deepEqual(await slow, { ticked: 'area-server-1' })
  })

  test('a cron that is added runs until it is removed', async () => {
    const { area } = await enter()

    assert.deepEqual(await area('addCron', { id: 77 }), { ticked: 77 })
  })

  test('a handshake gets what the application answers, and may be refused', async () => {
    const port = game.portOf('connector-server-1')
    const client = await TestClient.open(port, { user: { name: 'ada' } })
    client.close()

    assert.deepEqual(client.handshake, { hello: 'ada' })
    await assert.rejects(TestClient.open(port, { user: { secret: 'wrong' } }), /handshake fail/)
  })

  test('tools ask admin modules, which ask servers', async () => {
    const client = await AdminClient.open('probe-1', {
      host: '127.0.0.1',
      port: game.masterPort,
      username: 'admin',
      password: 'admin',
    })
    const ask = async (body: object) => (await client.request('probe', { ...body })).body

    assert.deepEqual(await ask({ what: 'hello', serverId: 'area-server-2' }), {
      id: 'area-server-2',
      type: 'area',
      answer: 'hello!',
    })
    assert.deepEqual(await ask({ what: 'servers' }), [
      'area-server-1',
      'area-server-2',
      'connector-server-1',
      'connector-server-2',
      'master-server-1',
    ])
    for (;;) {
      const seen = (await ask({ what: 'seen' })) as Record<string, boolean>
      if (Object.keys(seen).length === 5) break
    }
    client.close()
  })

  test('a tool with a wrong password is refused', async () => {
    const address = { host: '127.0.0.1', port: game.masterPort, username: 'admin', password: 'wrong' }

    await assert.rejects(AdminClient.open('probe-2', address), /client auth failed/)
  })
}
