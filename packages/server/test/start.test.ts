import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { createMemoryNetwork } from '../src/bus/memory.ts'
import { beatSubject, frontSubject, signSubject } from '../src/bus/subjects.ts'
import { encodeInbox, encodeOrder, InboxKind } from '../src/channel/inbox.ts'
import { encodeBeat } from '../src/cluster/beat.ts'
import { loadConfig } from '../src/config/load.ts'
import { SetupError } from '../src/errors.ts'
import { defineApp } from '../src/index.ts'
import { silentLog } from '../src/log.ts'
import { startServer } from '../src/start.ts'
import type { StartOptions } from '../src/start.ts'
import { startCluster } from '../src/testing/index.ts'
import { createMemoryTransport } from '../src/transport/memory.ts'
import type { Transport } from '../src/transport/transport.ts'
import { infoOf, openBus } from './cluster/network.ts'
import fixture from './fixtures/app/app.ts'
import { writeApplication } from './fixtures/application-files.ts'
import { json, RawClient } from './fixtures/raw-client.ts'
import { RecordedLog } from './fixtures/recorded-log.ts'
import { withFrontend, withSetup } from './fixtures/with-setup.ts'

const servers = { front: 1, back: 1 }

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** Starts one server on a network of its own, unless it is given one. */
async function startOne(
  id: string,
  {
    network = createMemoryNetwork(),
    ...options
  }: Partial<StartOptions> & {
    readonly network?: ReturnType<typeof createMemoryNetwork>
  } = {},
) {
  const definition = options.definition ?? fixture
  const config = await loadConfig(fixture.directory, 'development')
  const entry = config.servers.find((server) => server.id === id)
  assert.ok(entry)
  const bus = options.bus ?? network.createBus({ onError: assert.ifError })
  const server = await startServer({
    config,
    entry,
    bus,
    log: silentLog,
    transport: createMemoryTransport({ limits: config.connector }),
    ...options,
    definition,
  })
  return { ...server, bus, network, [Symbol.asyncDispose]: () => server.stop() }
}

test('a server makes its modules, is set up, runs its plugins, opens to clients, and joins, in that order', async () => {
  await using files = await writeApplication({
    'app/servers/front/handler/entry.js':
      "export default class { constructor(app) { app.log.info('handler made') } }",
    'app/servers/front/remote/entry.js':
      "export default class { constructor(app) { app.log.info('remote made') } }",
  })
  const log = new RecordedLog()
  const network = createMemoryNetwork()
  await using observer = await startOne('back-1', { network })
  const joined = new Promise<void>((resolve) => {
    observer.app.onServers((servers) => {
      log.info(`joined: ${servers.map(({ id }) => id).join()}`)
      resolve()
    })
  })
  const transport: Transport = {
    listen: async () => {
      log.info('listens')
      return { host: 'nowhere', port: 0 }
    },
    close: () => Promise.resolve(),
  }
  const definition = defineApp(files.directory, async (app) => {
    await turn()
    app.use(async (app) => {
      await turn()
      app.log.info(`first plugin, beside ${app.servers('back').length} server`)
    })
    app.use((app) => app.log.info('second plugin'))
    app.log.info('set up')
  })

  await using server = await startOne('front-1', { network, definition, log, transport })
  await joined

  assert.equal(server.info.id, 'front-1')
  assert.deepEqual(
    log.lines.filter(({ level }) => level === 'info').map(({ message }) => message),
    [
      'handler made',
      'remote made',
      'set up',
      'first plugin, beside 1 server',
      'second plugin',
      'listens',
      'joined: front-1',
    ],
  )
})

test('a server knows what its entry says of it, and how it is doing', async () => {
  await using front = await startOne('front-1')
  await using back = await startOne('back-1')

  assert.partialDeepStrictEqual(front.app.server, {
    id: 'front-1',
    type: 'front',
    frontend: true,
    host: '127.0.0.1',
    clientPort: 1,
    pid: process.pid,
    settings: { motto: 'first' },
  })
  assert.equal(front.app.environment, 'development')
  assert.equal(front.app.directory, fixture.directory)
  assert.equal('clientPort' in back.app.server, false)
  assert.equal(front.stats().connections, 0)
  assert.equal('connections' in back.stats(), false)
  assert.ok(back.stats().memoryBytes > back.stats().heapBytes)
  assert.equal(back.stats().calls, 0)
  assert.equal('bus' in back.stats(), false)
})

test('a frontend knows how much waits for the client that reads most slowly', async () => {
  const transport = createMemoryTransport({ limits: { maxBodyBytes: 65_536, maxBacklogBytes: 1_048_576 } })
  await using front = await startOne('front-1', { transport })
  const client = new RawClient(transport.connect())
  await client.greet()
  const raw = transport.connect()
  const slow = new RawClient(raw)
  await slow.greet()
  assert.equal(front.stats().backlogBytes, 0)

  raw.pause()
  for (let id = 1; id <= 20; id++) slow.request(id, 'front.entry.echo', { text: 'x'.repeat(10_000) })
  // what the stream between them holds is as good as read
  while ((front.stats().backlogBytes ?? 0) < 100_000) await turn()
  raw.resume()

  while (front.stats().backlogBytes !== 0) await turn()
})

test('a later life of a server has a larger incarnation', async () => {
  const first = await startOne('back-1')
  await first.stop()
  await using second = await startOne('back-1')

  assert.ok(second.info.incarnation > first.info.incarnation)
})

const failures: Record<string, (stopped: string[]) => Promise<Partial<StartOptions> & AsyncDisposable>> = {
  'whose setup fails': async (stopped) => ({
    definition: withSetup((app) => {
      app.onStop('first', () => void stopped.push('first'))
      app.onStop('second', () => void stopped.push('second'))
      throw new SetupError('wrong')
    }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
  'whose plugin fails': async (stopped) => ({
    definition: withSetup((app) => {
      app.use((app) => app.onStop('first', () => void stopped.push('first')))
      app.use((app) => app.onStop('second', () => void stopped.push('second')))
      app.use(() => Promise.reject(new SetupError('wrong')))
    }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  }),
  'that has no folder': async (stopped) => {
    stopped.push('second', 'first')
    const files = await writeApplication({ 'app/servers/other/handler/x.js': '' })
    return {
      definition: defineApp(files.directory, () => assert.fail('it is not set up')),
      [Symbol.asyncDispose]: () => files[Symbol.asyncDispose](),
    }
  },
  'whose port is taken': async (stopped) => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as { port: number }
    const { servers } = await loadConfig(fixture.directory, 'development')
    return {
      entry: { ...servers[0]!, clientPort: port },
      transport: undefined as never,
      definition: withSetup((app) => {
        app.onStop('first', () => void stopped.push('first'))
        app.onStop('second', () => void stopped.push('second'))
      }),
      [Symbol.asyncDispose]: () => new Promise((resolve) => taken.close(() => resolve())),
    }
  },
}
for (const [what, prepare] of Object.entries(failures)) {
  test(`a server ${what} does not start, and leaves nothing behind`, async () => {
    const network = createMemoryNetwork()
    await using observer = await startOne('back-1', { network })
    const seen: string[] = []
    observer.app.onServers((joined) => void seen.push(...joined.map(({ id }) => id)))
    const bus = network.createBus()
    const stopped: string[] = []
    await using options = await prepare(stopped)

    await assert.rejects(startOne('front-1', { network, ...options, bus }), SetupError)
    await turn()

    assert.deepEqual(stopped, ['second', 'first'])
    assert.deepEqual(seen, [])
    await assert.rejects(bus.request('anything', new Uint8Array(), 1_000), { message: /the bus is closed/ })
  })
}

test('a server that cannot stop what it had started says so, and fails for the reason that it did', async () => {
  const log = new RecordedLog()
  const definition = withSetup((app) => {
    app.onStop('plugin', () => Promise.reject(new Error('stuck')))
    throw new SetupError('wrong')
  })

  await assert.rejects(startOne('front-1', { definition, log }), { message: 'wrong' })

  assert.deepEqual(
    log.errors.map(({ message }) => message),
    ['stopping failed too'],
  )
})

test('a server that stops leaves, tells its clients to come back, and stops its plugins in reverse', async () => {
  const log: string[] = []
  const definition = withSetup((app) => {
    if (!app.server.frontend) {
      app.onServers((_, left) => void log.push(...left.map(({ id }) => `${id} left`)))
      return
    }
    app.onStop('setup', () => void log.push('setup stopped'))
    app.use((app) => app.onStop('first', () => void log.push('first stopped')))
    app.use((app) => app.onStop('second', () => void log.push('second stopped')))
  })
  await using cluster = await startCluster(definition, servers)
  const client = new RawClient(cluster.connectRaw('front-1'))
  await client.greet()
  void client.closed.then(({ reason }) => log.push(`client closed: ${reason}`))

  await cluster.stop('front-1')

  assert.deepEqual(log, [
    'front-1 left',
    'client closed: shutdown',
    'second stopped',
    'first stopped',
    'setup stopped',
  ])
})

test('a server that stops accepts nobody new', async () => {
  const stopping = Promise.withResolvers<undefined>()
  const go = Promise.withResolvers<undefined>()
  const definition = withFrontend((app) => {
    app.onStop('slow', async () => {
      stopping.resolve(undefined)
      await go.promise
    })
  })
  const config = await loadConfig(fixture.directory, 'development')
  const transport = createMemoryTransport({ limits: config.connector })
  const server = await startOne('front-1', { definition, transport })

  const stopped = server.stop()
  await stopping.promise

  assert.throws(() => transport.connect(), /does not listen/)
  go.resolve(undefined)
  await stopped
})

test('calls in flight are answered before a server is gone', async () => {
  await using cluster = await startCluster(fixture, servers)
  const client = await cluster.connect('front')
  const other = await cluster.connect('front')
  const held = client.request('back.work.hold')
  await other.request('back.work.who', {})
  // it is held already: its release is behind it
  const stopped = other.request('back.work.release').then(() => undefined)

  const stopping = cluster.stop('back-1')

  assert.deepEqual(await held, { count: 1 })
  await Promise.all([stopped, stopping])
})

test('a handler that goes on after its client has left may still call others while its server stops', async () => {
  const seen: unknown[] = []
  const begun = Promise.withResolvers<undefined>()
  const go = Promise.withResolvers<undefined>()
  const definition = withFrontend((app) => {
    app.filter(async () => {
      begun.resolve(undefined)
      await go.promise
      for (const n of [1, 2]) seen.push(await app.rpc.back.work.add(null, n, n))
    })
  })
  await using cluster = await startCluster(definition, servers)
  const client = await cluster.connect('front')
  const request = assert.rejects(client.request('front.entry.echo', {}), { code: 503 })
  await begun.promise

  const stopping = cluster.stop('front-1')
  await request
  go.resolve(undefined)
  await stopping

  assert.deepEqual(seen, [2, 4])
})

test('what a close listener does is done before its server is gone', async () => {
  const definition = withFrontend((app) => {
    app.filter(async (call, next) => {
      const session = call.session as unknown as { onClose(listener: () => Promise<void>): void }
      session.onClose(async () => {
        seen.push(await app.rpc.back.work.add(null, 1, 1))
        seen.push(await app.rpc.back.work.add(null, 2, 2))
      })
      return next()
    })
  })
  const seen: unknown[] = []
  await using cluster = await startCluster(definition, servers)
  const client = await cluster.connect('front')
  await client.request('front.entry.echo', {})

  await cluster.stop('front-1')

  assert.deepEqual(seen, [2, 4])
})

test('a server stops once', async () => {
  let stops = 0
  const server = await startOne('front-1', {
    definition: withSetup((app) => app.onStop('plugin', () => void stops++)),
  })

  await Promise.all([server.stop(), server.stop()])
  await server.stop()

  assert.equal(stops, 1)
})

test('when a back end crashes with requests in flight every client is answered at once', async () => {
  await using cluster = await startCluster(
    fixture,
    { front: 2, back: 1 },
    { master: { stopTimeoutMs: 2_000 } },
  )
  const clients = await Promise.all(
    Array.from({ length: 20 }, (_, n) => cluster.connect(`front-${1 + (n % 2)}`)),
  )
  const requests = clients.flatMap((client) => [
    client.request('back.work.hold'),
    client.request('back.work.hold'),
    client.request('back.work.who', {}),
  ])
  const answers = Promise.allSettled(requests)
  await Promise.all(clients.map((client) => client.request('front.entry.echo', {})))

  await cluster.crash('back-1')

  for (const answer of await answers)
    assert.equal(answer.status === 'rejected' && (answer.reason as { code: number }).code, 503)
  for (const client of clients) await assert.rejects(client.request('back.work.who', {}), { code: 503 })
})

test('when a back end crashes its calls go to those that are left', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 3 })
  const client = await cluster.connect('front')
  const before = await client.request('back.work.who', {})

  await cluster.crash(before.serverId)
  const after = await client.request('back.work.who', {})

  assert.notEqual(after.serverId, before.serverId)
})

test('a frontend goes on hearing the owner of a channel that leaves: it may have begun what it says', async () => {
  const network = createMemoryNetwork()
  const config = await loadConfig(fixture.directory, 'development')
  const transport = createMemoryTransport({ limits: config.connector })
  await using front = await startOne('front-1', { network, transport })
  const client = new RawClient(transport.connect())
  await client.greet()
  client.request(1, 'front.entry.bind', { uid: 'ada' })
  await client.nextMessage()
  const owner = infoOf('back-9')
  const bus = await openBus(network)
  bus.subscribe(signSubject(owner), () => undefined)
  await turn()
  bus.publish(beatSubject, encodeBeat('beat', owner))
  const join = encodeOrder('join', 'lobby', { uid: 'ada', number: 1, owner })
  assert.deepEqual([...(await bus.request(frontSubject(front.info), join, 1_000))], [1])

  bus.publish(beatSubject, encodeBeat('leave', owner))
  const push = { kind: InboxKind.group, key: 'lobby', route: 'onSaid', body: json({ text: 'late' }) }
  bus.publish(frontSubject(front.info), encodeInbox(push))

  assert.equal((await client.nextMessage()).route, 'onSaid')
  await bus.close()
})

test('nothing is kept of clients that have come, entered, called and gone', async () => {
  await using cluster = await startCluster(fixture, servers, {
    connector: { heartbeatSeconds: 0, loginsPerSecond: 0 },
  })
  const visit = async (n: number) => {
    const client = new RawClient(cluster.connectRaw('front-1'))
    await client.greet()
    client.request(1, 'front.entry.bind', { uid: `user${n}`, room: `room${n % 10}` })
    client.request(2, 'back.work.who', {}).request(3, 'back.work.fail', { how: 'refuse' })
    for (let answers = 0; answers < 3; answers++) await client.nextMessage()
    if (n % 2 === 0) client.close()
    else client.vanish()
    await client.closed
  }
  async function heapAfter(visits: number): Promise<number> {
    for (let n = 0; n < visits; n += 20)
      await Promise.all(Array.from({ length: 20 }, (_, at) => visit(n + at)))
    while (cluster.app('back-1').channels.all().length > 0) await turn()
    // what a collection finds dead may hold what only the next one finds
    for (let n = 0; n < 3; n++) {
      collectGarbage()
      await turn()
    }
    return process.memoryUsage().heapUsed
  }
  const before = await heapAfter(1_000)

  const grown = (await heapAfter(1_000)) - before

  // a session with its connection takes some 7 KB
  assert.ok(grown < 500_000, `1,000 visits left ${grown} bytes`)
})
