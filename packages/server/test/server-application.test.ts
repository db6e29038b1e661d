import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { closeReasons, jsonCodec } from '@shaddock/protocol'
import { SetupError } from '../src/errors.ts'
import { defineApp, ServerError } from '../src/index.ts'
import { startCluster } from '../src/testing/index.ts'
import type { App, Fixture } from './fixtures/app/app/contract.ts'
import fixture from './fixtures/app/app.ts'
import { json, PacketType, RawClient } from './fixtures/raw-client.ts'
import { RecordedLog } from './fixtures/recorded-log.ts'
import { withFrontend, withSetup } from './fixtures/with-setup.ts'

const servers = { front: 1, back: 1 }

test('what configures a server belongs in its setup: later it is refused', async () => {
  await using cluster = await startCluster(fixture, { front: 1 })
  const app = cluster.app('front-1')
  for (const configure of [
    () => app.route('back', (_, servers) => servers[0]!),
    () => app.filter(async (_, next) => next()),
    () => app.globalFilter(async (_, next) => next()),
    () => app.handler('more', {}),
    () => app.remote('more', {}),
    () => app.unordered('front.entry.echo'),
    () => app.greet(() => undefined),
    () => app.use(() => undefined),
  ])
    assert.throws(configure, SetupError)
})

test('a server knows the servers of a type, and of all types', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 2 })
  const app = cluster.app('front-1')
  const idsOf = (servers: readonly { id: string }[]) => servers.map(({ id }) => id).sort()

  assert.deepEqual(idsOf(app.servers('back')), ['back-1', 'back-2'])
  assert.deepEqual(idsOf(app.servers()), ['back-1', 'back-2', 'front-1'])
})

test('a type may be given its own choice of server', async () => {
  const definition = withFrontend((app) => {
    app.route('back', (session, servers) => {
      const count = typeof session === 'object' ? session?.get('count') : Number(session)
      const chosen = servers[count ?? 0]
      if (chosen === undefined) throw new ServerError('NO_SERVER', 'no such back end')
      return chosen
    })
  })
  await using cluster = await startCluster(definition, { front: 1, back: 3 })
  const client = await cluster.connect('front')
  const serverIds: string[] = []
  for (const value of [0, 2, 1]) {
    await client.request('front.entry.set', { key: 'count', value: value as never })
    serverIds.push((await client.request('back.work.who', {})).serverId)
  }
  serverIds.push((await cluster.app('front-1').rpc.back.work.name('2')).id)

  assert.deepEqual(serverIds, ['back-1', 'back-3', 'back-2', 'back-3'])
  await client.request('front.entry.set', { key: 'count', value: 9 as never })
  await assert.rejects(client.request('back.work.who', {}), { code: 503, message: 'no such back end' })
})

test('a filter wraps what its server handles, a global filter all that its clients call', async () => {
  const seen: string[] = []
  const definition = withSetup((app) => {
    const { id } = app.server
    app.filter(async (call, next) => {
      seen.push(`${id} ${call.route}`)
      return next()
    })
    app.globalFilter(async (call, next) => {
      seen.push(`${id} global ${call.route}`)
      return next()
    })
  })
  await using cluster = await startCluster(definition, servers)
  const client = await cluster.connect('front')

  await client.request('front.entry.echo', {})
  await client.request('back.work.who', {})

  assert.deepEqual(seen, [
    'front-1 global front.entry.echo',
    'front-1 front.entry.echo',
    'front-1 global back.work.who',
    'back-1 back.work.who',
  ])
})

test('a global filter may refuse, or answer itself, and its bug shows clients nothing', async () => {
  const log = new RecordedLog()
  const definition = withFrontend((app) => {
    app.globalFilter(async (call, next) => {
      if (call.route === 'front.entry.bind') return next()
      if (call.session.uid === null) throw new ServerError('DENIED', 'log in first')
      if (call.route === 'back.work.who') return jsonCodec.encode(call.route, { cached: true })
      throw new TypeError('a secret')
    })
  })
  await using cluster = await startCluster(definition, servers, { log })
  const client = await cluster.connect('front')
  await assert.rejects(client.request('back.work.who', {}), { code: 403, message: 'log in first' })
  await client.request('front.entry.bind', { uid: 'ada' })

  assert.deepEqual(await client.request('back.work.who', {}), { cached: true })
  await assert.rejects(client.request('front.entry.echo', {}), { code: 500, message: 'internal error' })
  client.notify('front.entry.echo', {})
  await client.request('back.work.who', {})

  assert.deepEqual(
    log.errors.map(({ fields }) => [fields['route'], String(fields['err'])]),
    [
      ['front.entry.echo', 'TypeError: a secret'],
      ['front.entry.echo', 'TypeError: a secret'],
    ],
  )
})

test('a global filter may change the message and choose the server, and the handler sees no difference', async () => {
  const definition = withFrontend((app) => {
    app.globalFilter(async (call, next) => {
      if (call.route !== 'back.work.count') return next()
      return next(call.with({ message: { count: 7, push: false }, server: 'back-2' }))
    })
  })
  const seen: string[] = []
  const counting = withSetup(async (app) => {
    await definition.setup(app)
    app.filter(async (call, next) => {
      seen.push(`${app.server.id} ${JSON.stringify(call.message)}`)
      return next()
    })
  })
  await using cluster = await startCluster(counting, { front: 1, back: 3 })
  const client = await cluster.connect('front')

  assert.deepEqual(await client.request('back.work.count', { count: 1, push: true }), { count: 7 })
  assert.deepEqual(seen, ['back-2 {"count":7,"push":false}'])
})

test('a global filter that chooses a server which is not there refuses with NO_SERVER', async () => {
  const definition = withFrontend((app) => {
    app.globalFilter(async (call, next) => next(call.with({ server: 'back-9' })))
  })
  await using cluster = await startCluster(definition, servers)
  const client = await cluster.connect('front')

  await assert.rejects(client.request('back.work.who', {}), { code: 503, message: 'back-9 is not there' })
})

test('whether a client waits for the answer is known on the server that handles its call', async () => {
  const seen: unknown[] = []
  const definition = withSetup((app) => {
    app.filter(async (call, next) => {
      seen.push([app.server.type, call.isAwaited])
      return next()
    })
  })
  await using cluster = await startCluster(definition, servers)
  const client = await cluster.connect('front')

  for (const route of ['front.entry.echo', 'back.work.who'] as const) {
    client.notify(route, {})
    await client.request(route, {})
  }

  assert.deepEqual(seen, [
    ['front', false],
    ['front', true],
    ['back', false],
    ['back', true],
  ])
})

test('a setup brings handlers and remotes of its own beside those of the folders', async () => {
  const definition = withSetup((app) => {
    app.handler('extra', { where: () => ({ at: app.server.id }) })
    app.remote('extra', { double: (value: number) => 2 * value })
  })
  await using cluster = await startCluster(definition, servers)
  const client = await cluster.connect('front')
  const request = (route: string) => client.request(route as 'back.work.who', {}) as Promise<unknown>
  const rpc = cluster.app('front-1').rpc as unknown as Record<
    string,
    Record<string, Record<string, (key: null, value: number) => Promise<number>>>
  >

  assert.deepEqual(await request('back.extra.where'), { at: 'back-1' })
  assert.deepEqual(await request('front.extra.where'), { at: 'front-1' })
  assert.equal(await rpc['back']!['extra']!['double']!(null, 21), 42)
  assert.equal((await client.request('back.work.who', {})).serverId, 'back-1')
})

test('an application whose folders are not loaded serves what its setup brings alone', async () => {
  const definition = defineApp<Fixture>(
    fixture.directory,
    (app) => app.handler('extra', { where: () => ({ at: app.server.id }) }),
    { loadsFolders: false },
  )
  await using cluster = await startCluster(definition, servers, { connector: { dictionary: true } })
  const client = await cluster.connect('front')
  const request = (route: string) => client.request(route as 'back.work.who', {}) as Promise<unknown>

  assert.deepEqual(await request('back.extra.where'), { at: 'back-1' })
  await assert.rejects(client.request('back.work.who', {}), { code: 404 })
})

for (const [what, setup, message] of [
  ['in a folder too', (app: App) => app.handler('work', {}), 'there are two modules work'],
  [
    'twice',
    (app: App) => {
      app.remote('more', {})
      app.remote('more', {})
    },
    'there are two modules more',
  ],
  ['with a dot in its name', (app: App) => app.handler('a.b', {}), '"a.b" is no name of a module'],
] as const) {
  test(`a module that a setup brings ${what} is refused`, async () => {
    await assert.rejects(startCluster(withSetup(setup), { back: 1 }), { name: 'SetupError', message })
  })
}

test('what an application greets a client with is in the answer to the handshake', async () => {
  const definition = withFrontend((app) => {
    app.greet(async (request, address) => ({ hello: request.user, address }))
  })
  await using cluster = await startCluster(definition, servers)
  const client = new RawClient(cluster.connectRaw('front-1'))

  assert.partialDeepStrictEqual(await client.greet({ name: 'ada' }), {
    code: 200,
    user: { hello: { name: 'ada' }, address: 'memory' },
  })
})

for (const [what, greet, level] of [
  ['refuses', () => Promise.reject(new ServerError('DENIED', 'not you')), 'debug'],
  ['throws', () => assert.fail('a secret'), 'warn'],
  ['answers what JSON has no word for', () => 1n, 'warn'],
] as const) {
  test(`a client whom the application ${what} is answered with 500 and closed as refused`, async () => {
    const log = new RecordedLog()
    await using cluster = await startCluster(
      withFrontend((app) => app.greet(greet)),
      servers,
      { log },
    )
    const client = new RawClient(cluster.connectRaw('front-1'))

    client.send(PacketType.handshake, { sys: {} })

    const { body } = await client.next(PacketType.handshake)
    assert.deepEqual(Buffer.from(body), Buffer.from(json({ code: 500 })))
    assert.equal(await client.closed, closeReasons.refused)
    assert.deepEqual(
      log.lines.filter(({ message }) => message === 'handshake refused').map((line) => line.level),
      [level],
    )
  })
}

test('a client that leaves while it is greeted leaves no trace', async () => {
  const greeted = Promise.withResolvers<undefined>()
  const go = Promise.withResolvers<undefined>()
  await using cluster = await startCluster(
    withFrontend((app) =>
      app.greet(async () => {
        greeted.resolve(undefined)
        await go.promise
      }),
    ),
    servers,
  )
  const client = new RawClient(cluster.connectRaw('front-1'))
  client.send(PacketType.handshake, { sys: {} })
  await greeted.promise

  client.vanish()
  await client.closed
  go.resolve(undefined)
  await turn()

  assert.deepEqual(client.packets, [])
})

test('calls of one session to one server are handled in order across servers, whoever takes how long', async () => {
  await using cluster = await startCluster(fixture, servers)
  const client = await cluster.connect('front')

  const answers = await Promise.all([
    client.request('back.work.slow', { name: 'a', turns: 5 }),
    client.request('back.work.slow', { name: 'b', turns: 0 }),
    client.request('back.work.slow', { name: 'c', turns: 2 }),
  ])

  assert.deepEqual(answers.at(-1), { log: ['+a', '-a', '+b', '-b', '+c', '-c'] })
})

test('calls to an unordered route run side by side', async () => {
  const definition = withSetup((app) => app.unordered('back.work.slow'))
  await using cluster = await startCluster(definition, servers)
  const client = await cluster.connect('front')

  const [slow, quick] = await Promise.all([
    client.request('back.work.slow', { name: 'a', turns: 5 }),
    client.request('back.work.slow', { name: 'b', turns: 0 }),
  ])

  assert.deepEqual(quick, { log: ['+a', '+b', '-b'] })
  assert.deepEqual(slow, { log: ['+a', '+b', '-b', '-a'] })
})

test('calls of one session to different servers run side by side', async () => {
  await using cluster = await startCluster(fixture, servers)
  const client = await cluster.connect('front')

  const held = client.request('back.work.hold')
  assert.deepEqual(await client.request('front.entry.echo', { n: 1 }), { n: 1 })
  const other = await cluster.connect('front')
  await other.request('back.work.release')

  assert.deepEqual(await held, { count: 1 })
})

test('a session that sends more than its queue holds is told that it is busy', async () => {
  await using cluster = await startCluster(fixture, servers, { cluster: { maxQueuedCalls: 2 } })
  const client = await cluster.connect('front')

  const held = [1, 2, 3].map(() => client.request('back.work.hold'))
  await assert.rejects(client.request('back.work.hold'), { code: 429 })
  const other = await cluster.connect('front')
  await other.request('back.work.release')

  assert.equal((await Promise.all(held)).length, 3)
})

test('remotes are called by key, by server, and on all servers, and their results have been through JSON', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 3 })
  const { rpc } = cluster.app('front-1')

  const byKey = await rpc.back.work.name('ada')
  assert.deepEqual(await rpc.back.work.name('ada'), byKey)
  assert.equal(byKey.at, '1970-01-01T00:00:00.000Z')
  assert.equal((await rpc.back.work.name.to('back-2')).id, 'back-2')
  assert.deepEqual(
    (await rpc.back.work.name.all()).map(({ id }) => id),
    ['back-1', 'back-2', 'back-3'],
  )
  assert.equal(await rpc.back.work.add(null, 1, 2), 3)
  assert.equal(await rpc.back.work.nothing(null), undefined)
  await assert.rejects(rpc.back.work.name.to('back-9'), { code: 'NO_SERVER', message: 'back-9 is not there' })
})

test('a remote that refuses, fails, or does not exist rejects its caller', async () => {
  const log = new RecordedLog()
  await using cluster = await startCluster(fixture, servers, { log })
  const { rpc } = cluster.app('front-1')
  const { work } = rpc.back as unknown as Record<string, Record<string, (key: null) => Promise<unknown>>>

  await assert.rejects(rpc.back.work.fail(null, 'refuse'), {
    code: 'DENIED',
    message: 'not you',
    reply: { code: 1 },
  })
  assert.deepEqual(log.errors, [])
  await assert.rejects(rpc.back.work.fail(null, 'throw'), {
    code: 'INTERNAL',
    message: 'back.work.fail failed',
  })
  assert.equal(log.errors.length, 1)
  await assert.rejects(rpc.back.work.fail(null, 'unspeakable'), { code: 'INTERNAL' })
  await assert.rejects(work?.['sub']?.(null) ?? assert.fail(), { code: 'NOT_FOUND' })
})

test('a remote that never answers fails at the deadline, for its caller and for the server that serves it', async () => {
  await using cluster = await startCluster(fixture, servers, { cluster: { callTimeoutMs: 60 } })

  await assert.rejects(cluster.app('front-1').rpc.back.work.fail(null, 'never'), { code: 'TIMEOUT' })
})

test('what a remote throws a client is not told, unless it was meant for it', async () => {
  const definition = withFrontend((app) => {
    app.filter(async (call) => app.rpc.back.work.fail(null, (call.message as { how: 'throw' }).how))
  })
  const log = new RecordedLog()
  await using cluster = await startCluster(definition, servers, { log })
  const client = await cluster.connect('front')

  await assert.rejects(client.request('front.entry.fail', { how: 'throw' }), {
    code: 500,
    message: 'back.work.fail failed',
  })
  assert.deepEqual(await client.request('front.entry.fail', { how: 'refuse' }), { code: 1 })
  assert.equal(log.errors.length, 1)
})

test('servers that come and go are heard of, until one does not want to any more', async () => {
  await using cluster = await startCluster(fixture, servers)
  const app = cluster.app('front-1')
  const seen: string[] = []
  const undo = app.onServers((joined, left) => {
    seen.push(...joined.map(({ id }) => `+${id}`), ...left.map(({ id }) => `-${id}`))
  })

  await cluster.add('back')
  assert.deepEqual(
    app.servers('back').map(({ id }) => id),
    ['back-1', 'back-2'],
  )
  await cluster.stop('back-1')
  await cluster.crash('back-2')
  undo()
  await cluster.add('back')

  assert.deepEqual(seen, ['+back-2', '-back-1', '-back-2'])
  assert.deepEqual(
    app.servers('front').map(({ id }) => id),
    ['front-1'],
  )
})

test('a listener to servers that fails does not keep the server from noticing', async () => {
  const log = new RecordedLog()
  const definition = withFrontend((app) => {
    app.onServers(() => {
      throw new Error('a bug of the application')
    })
  })
  await using cluster = await startCluster(definition, servers, { log })
  const client = await cluster.connect('front')
  await client.request('front.entry.bind', { uid: 'ada', room: 'lobby' })

  await cluster.crash('back-1')

  assert.deepEqual(cluster.app('front-1').servers('back'), [])
  assert.ok(log.errors.some(({ fields }) => String(fields['err']).includes('a bug of the application')))
})
