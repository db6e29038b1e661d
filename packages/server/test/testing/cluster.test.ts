import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError } from '@shaddock/client'
import { closeReasons } from '@shaddock/protocol'
import { defineApp } from '../../src/index.ts'
import { silentLog, startCluster } from '../../src/testing/index.ts'
import fixture from '../fixtures/app/app.ts'
import type { Fixture } from '../fixtures/app/app/contract.ts'
import { RawClient } from '../fixtures/raw-client.ts'
import { withSetup } from '../fixtures/with-setup.ts'

const idsOf = (servers: readonly { id: string }[]) => servers.map(({ id }) => id)

test('a cluster has as many servers of each type as was said, and each knows all', async () => {
  await using cluster = await startCluster(fixture, { front: 2, back: 3 })

  assert.deepEqual(cluster.servers, ['front-1', 'front-2', 'back-1', 'back-2', 'back-3'])
  for (const id of cluster.servers) {
    assert.equal(cluster.app(id).server.id, id)
    assert.deepEqual(idsOf(cluster.app(id).servers('front')), ['front-1', 'front-2'])
    assert.deepEqual(idsOf(cluster.app(id).servers('back')), ['back-1', 'back-2', 'back-3'])
  }
})

test('servers have the settings of their entries, and further ones those of the first of their type', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 3 })

  assert.deepEqual(
    ['front-1', 'back-1', 'back-2', 'back-3'].map((id) => cluster.app(id).server.settings),
    [{ motto: 'first' }, { area: 1 }, { area: 2 }, { area: 1 }],
  )
  assert.deepEqual(
    ['front-1', 'back-1'].map((id) => cluster.app(id).server.frontend),
    [true, false],
  )
})

test('a cluster whose server does not start leaves none of it running', async () => {
  const stopped: string[] = []
  const definition = defineApp<Fixture>(fixture.directory, (app) => {
    if (app.server.id === 'back-2') throw new Error('wrong')
    app.onStop('test', () => void stopped.push(app.server.id))
  })

  await assert.rejects(startCluster(definition, { front: 1, back: 2 }), { message: 'wrong' })

  assert.deepEqual(stopped, ['front-1', 'back-1'])
})

test('what a handler throws is printed, unless a log takes it', async (t) => {
  const failing = withSetup((app) => {
    if (app.server.type === 'back')
      app.filter(() => {
        throw new TypeError('out of luck', { cause: new Error('the moon') })
      })
  })
  const printed: string[] = []
  const print = t.mock.method(process.stderr, 'write', (text: string) => printed.push(text) > 0)

  for (const options of [{}, { log: silentLog }]) {
    await using cluster = await startCluster(failing, { front: 1, back: 1 }, options)
    const client = await cluster.connect('front')
    await assert.rejects(client.request('back.work.who', {}), { code: 500 })
  }
  print.mock.restore()

  const [text = '', ...others] = printed
  assert.deepEqual(others, [])
  assert.match(
    text,
    /^back-1 handlers: [^\n]* \{[^\n]*"route":"back\.work\.who"[^\n]*\}\nTypeError: out of luck\n +at /,
  )
  assert.match(text, /\[cause\]: Error: the moon\n +at /)
})

test('a cluster that is disposed of stops all servers, even when one fails to, and says so', async () => {
  const stopped: string[] = []
  const definition = defineApp<Fixture>(fixture.directory, (app) => {
    app.onStop('test', () => {
      stopped.push(app.server.id)
      if (app.server.frontend) throw new Error('stuck')
    })
  })
  const cluster = await startCluster(definition, { back: 1, front: 1 })

  await assert.rejects(async () => cluster[Symbol.asyncDispose](), {
    name: 'AggregateError',
    message: /stuck/,
  })

  assert.deepEqual(stopped, ['front-1', 'back-1'])
  assert.deepEqual(cluster.servers, [])
})

test('a cluster that is disposed of closes its clients', async () => {
  const cluster = await startCluster(fixture, { front: 1 })
  const client = await cluster.connect('front')

  await cluster[Symbol.asyncDispose]()

  assert.equal(client.state, 'closed')
})

test('a client connects to the server that is named, or to the first of a type', async () => {
  await using cluster = await startCluster(fixture, { front: 2 })
  const where = async (server: string) => {
    const client = await cluster.connect(server)
    return (await client.request('front.entry.bind', { uid: 'ada' })).frontendId
  }

  assert.equal(await where('front'), 'front-1')
  assert.equal(await where('front-2'), 'front-2')
  await cluster.stop('front-1')
  assert.equal(await where('front'), 'front-2')
})

test('a client cannot connect to who is not there, or is no frontend', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 1 })

  for (const server of ['front-9', 'nobody', 'back', 'back-1', 'fro'])
    await assert.rejects(cluster.connect(server), ConnectionError, server)
})

test('a client is told why it was closed, and comes back when it is asked to', async () => {
  await using cluster = await startCluster(fixture, { front: 1 })
  const client = await cluster.connect('front', { reconnect: { minMs: 1, maxMs: 1 } })
  const states: string[] = []
  const back = new Promise<void>((resolve) => {
    client.onState((state, reason) => {
      states.push(`${state} ${reason?.reason ?? ''}`)
      if (state === 'online') resolve()
    })
  })

  await cluster.stop('front-1')
  await cluster.restart('front-1')
  await back

  assert.deepEqual(states, ['reconnecting shutdown', 'online '])
})

test('pushes are remembered from the first, for next and for heard', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 1 })
  const client = await cluster.connect('front', {
    onOpen: async (client) => {
      await client.request('front.entry.bind', { uid: 'ada', room: 'lobby' })
      await client.request('back.work.say', { text: 'first' })
      await client.request('back.work.who', {})
    },
  })
  assert.deepEqual(client.heard('onSaid'), [{ text: 'first' }])

  await client.request('back.work.say', { text: 'second' })

  assert.deepEqual(await client.next('onSaid'), { text: 'first' })
  assert.deepEqual(await client.next('onSaid'), { text: 'second' })
  assert.deepEqual(client.heard('onSaid'), [])
})

test('next waits for a push that has not come, in the order of who waits', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 1 })
  const client = await cluster.connect('front')
  await client.request('front.entry.bind', { uid: 'ada', room: 'lobby' })
  const waiting = [client.next('onSaid'), client.next('onSaid')]

  for (const text of ['first', 'second']) await client.request('back.work.say', { text })

  assert.deepEqual(await Promise.all(waiting), [{ text: 'first' }, { text: 'second' }])
})

test('next gives up after its time, and takes nothing from the one behind it', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 1 })
  const client = await cluster.connect('front')
  await client.request('front.entry.bind', { uid: 'ada', room: 'lobby' })
  const impatient = assert.rejects(client.next('onSaid', 10), { message: 'no onSaid came within 10 ms' })
  const patient = client.next('onSaid')
  await impatient

  await client.request('back.work.say', { text: 'at last' })

  assert.deepEqual(await patient, { text: 'at last' })
})

test('a server that is added is numbered on, and known to all when it is there', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 1 })
  await cluster.crash('back-1')

  assert.equal(await cluster.add('back'), 'back-2')

  assert.deepEqual(idsOf(cluster.app('front-1').servers('back')), ['back-2'])
  assert.deepEqual(cluster.servers, ['front-1', 'back-2'])
})

test('a server that crashes is gone for the others, and lost for its clients', async () => {
  const stopped: string[] = []
  const definition = defineApp<Fixture>(fixture.directory, (app) => {
    app.onStop('test', () => void stopped.push(app.server.id))
  })
  await using cluster = await startCluster(definition, { front: 2 }, { cluster: { callTimeoutMs: 200 } })
  const client = await cluster.connect('front-1')
  const raw = new RawClient(cluster.connectRaw('front-1'))
  await raw.greet()
  const request = assert.rejects(client.request('front.entry.fail', { how: 'never' }), { code: 503 })
  await raw.request(1, 'front.entry.echo', {}).nextMessage()

  const crashing = cluster.crash('front-1')

  assert.equal(await raw.closed, closeReasons.lost)
  await request
  await crashing
  assert.deepEqual(idsOf(cluster.app('front-2').servers('front')), ['front-2'])
  assert.deepEqual([cluster.servers, stopped], [['front-2'], ['front-1']])
  await assert.rejects(cluster.connect('front-1'), ConnectionError)
})

test('a server that was stopped or has crashed starts again under its name, as another life', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 1 })
  for (const end of [() => cluster.stop('back-1'), () => cluster.crash('back-1')]) {
    const { incarnation } = cluster.app('back-1').server
    await end()
    assert.deepEqual(cluster.app('front-1').servers('back'), [])

    await cluster.restart('back-1')

    assert.ok(cluster.app('back-1').server.incarnation > incarnation)
    assert.deepEqual(cluster.app('front-1').servers('back'), [cluster.app('back-1').server])
  }
})

test('who does not run cannot be asked for, stopped, or crashed, and who runs cannot be started again', async () => {
  await using cluster = await startCluster(fixture, { back: 1 })
  const unknown = { message: 'no server back-2 runs: there are back-1' }

  assert.throws(() => cluster.app('back-2'), unknown)
  assert.throws(() => cluster.connectRaw('back-2'), unknown)
  await assert.rejects(cluster.stop('back-2'), unknown)
  await assert.rejects(cluster.crash('back-2'), unknown)
  for (const id of ['back-1', 'back-2']) await assert.rejects(cluster.restart(id), /has not stopped/)
})

test('settings may be replaced', async () => {
  await using cluster = await startCluster(fixture, { front: 1 }, { connector: { heartbeatSeconds: 7 } })
  const client = new RawClient(cluster.connectRaw('front-1'))

  assert.deepEqual(await client.greet(), { code: 200, sys: { heartbeat: 7 } })
})
