import assert from 'node:assert/strict'
import { once } from 'node:events'
import { request as requestHttp } from 'node:http'
import { connect as connectTcp } from 'node:net'
import { test } from 'node:test'
import { connect } from '@shaddock/client'
import type { Fixture } from '../fixtures/app/app/contract.ts'
import { startListening } from '../fixtures/listening.ts'
import { generations, SocketIoClient } from '../fixtures/socketio-client.ts'
import { testKeys } from '../fixtures/tls.ts'
import { withFrontend } from '../fixtures/with-setup.ts'
import { closed } from './sockets.ts'

const socketio = { socketio: true, dictionary: true, protobuf: true }

for (const [generation, connectSocket] of generations) {
  for (const transport of ['websocket', 'polling']) {
    test(`socket.io-client ${generation} is served over ${transport}`, async () => {
      await using listening = await startListening({ connector: socketio })
      await using client = new SocketIoClient(connectSocket, listening.port, { transports: [transport] })
      await client.connected

      const bound = (await client.request('front.entry.bind', { uid: 'ada', room: 'lobby' })) as {
        frontendId: string
      }
      const echo = await client.request('front.entry.echo', { text: '你好😀' })
      const who = (await client.request('back.work.who', {})) as { uid: string }
      const missing = (await client.request('front.entry.nosuch', {})) as { code: number }
      client.say(0, 'back.work.say', JSON.stringify({ text: 'hello 😀' }))

      assert.equal(bound.frontendId, 'front-1')
      assert.deepEqual(echo, { text: '你好😀' })
      assert.equal(who.uid, 'ada')
      assert.equal(missing.code, 404)
      assert.deepEqual(await client.told.next(), { route: 'onSaid', body: { text: 'hello 😀' } })
    })
  }

  test(`socket.io-client ${generation} may go from polling to a WebSocket`, async () => {
    await using listening = await startListening({ connector: socketio })
    await using client = new SocketIoClient(connectSocket, listening.port, {
      transports: ['polling', 'websocket'],
    })

    await Promise.all([client.connected, client.upgraded])

    assert.deepEqual(await client.request('front.entry.echo', 'upgraded'), 'upgraded')
  })

  test(`socket.io-client ${generation} hears why it is kicked, and is cut off`, async () => {
    await using listening = await startListening({ connector: socketio })
    await using client = new SocketIoClient(connectSocket, listening.port)
    await client.connected

    void client.request('front.entry.kick', { reason: 'enough' })

    assert.deepEqual(await client.told.next(), { route: 'onKick', reason: 'enough' })
    await client.disconnected
  })
}

const [[, first], , [, latest]] = generations as [(typeof generations)[0], unknown, (typeof generations)[0]]

test('clients of Socket.IO and others share a port and a channel', async () => {
  await using listening = await startListening({ connector: socketio })
  await using old = new SocketIoClient(first, listening.port)
  await using client = await connect<Fixture>(`ws://127.0.0.1:${listening.port}`)
  await old.connected
  await old.request('front.entry.bind', { uid: 'ada', room: 'lobby' })
  await client.request('front.entry.bind', { uid: 'bob', room: 'lobby' })
  const heard = new Promise((resolve) => client.on('onSaid', resolve))

  client.notify('back.work.say', { text: 'to both' })

  assert.deepEqual(await old.told.next(), { route: 'onSaid', body: { text: 'to both' } })
  assert.deepEqual(await heard, { text: 'to both' })
})

test('a client of Socket.IO that leaves leaves its channels', async () => {
  await using listening = await startListening({ connector: socketio })
  await using client = new SocketIoClient(latest, listening.port)
  await client.connected
  await client.request('front.entry.bind', { uid: 'ada', room: 'lobby' })
  const left = new Promise((resolve) => listening.back.app.channels.onLeave(({ uid }) => resolve(uid)))

  await client[Symbol.asyncDispose]()

  assert.equal(await left, 'ada')
})

test('a client of Socket.IO is greeted with what it says of itself, and may be refused', async () => {
  const definition = withFrontend((app) =>
    app.greet(({ sys, user }) => {
      if ((user as { token?: string }).token !== 'right') throw new Error('not you')
      return { type: sys.type }
    }),
  )
  await using listening = await startListening({ definition, connector: socketio })
  await using right = new SocketIoClient(latest, listening.port, { auth: { token: 'right' } })
  await using wrong = new SocketIoClient(latest, listening.port, { auth: { token: 'wrong' } })

  await right.connected
  assert.deepEqual(await right.request('front.entry.echo', 1), 1)
  await wrong.disconnected
})

test('what a client of Socket.IO says while it is greeted is heard afterwards', async () => {
  const greeted = Promise.withResolvers<void>()
  const definition = withFrontend((app) => app.greet(() => greeted.promise))
  await using listening = await startListening({ definition, connector: socketio })
  await using client = new SocketIoClient(latest, listening.port)
  await client.connected

  const answers = [client.request('front.entry.echo', 1), client.request('front.entry.echo', 2)]
  // nothing answers it, so it is known to have arrived when the greeting waits no longer
  client.send('nonsense')
  greeted.resolve()

  assert.deepEqual(await Promise.all(answers), [1, 2])
})

test('nothing that a client of Socket.IO sends disturbs the server', async () => {
  await using listening = await startListening({ connector: socketio })
  for (const [, connectSocket] of generations) {
    await using rude = new SocketIoClient(connectSocket, listening.port)
    await rude.connected
    for (const value of [
      '',
      'x',
      {},
      null,
      5,
      Buffer.from('bytes'),
      '\0\0\0\x01\xff',
      '\xff\xff\xff\xff\x01a{}',
    ])
      rude.send(value)
    rude.say(2, 'front.entry.echo', 'no json')

    assert.deepEqual(await rude.request('front.entry.echo', 'fine'), 'fine')
  }
})

test('a message over the limit ends the connection of a client of Socket.IO', async () => {
  await using listening = await startListening({ connector: { ...socketio, maxBodyBytes: 1_000 } })
  for (const size of [1_000, 100_000]) {
    await using client = new SocketIoClient(latest, listening.port)
    await client.connected

    void client.request('front.entry.echo', 'x'.repeat(size))

    await client.disconnected
  }
})

test('clients of Socket.IO count towards maxConnections', async () => {
  await using listening = await startListening({ connector: { ...socketio, maxConnections: 1 } })
  await using in_ = new SocketIoClient(latest, listening.port)
  await in_.connected
  await using over = new SocketIoClient(latest, listening.port)

  await over.disconnected
  await assert.rejects(connect(`ws://127.0.0.1:${listening.port}`))
  assert.equal(await in_.request('front.entry.echo', 1), 1)
})

test('clients of Socket.IO stay while they are silent, for they beat', async () => {
  await using listening = await startListening({ connector: { ...socketio, heartbeatSeconds: 0.1 } })
  const clients = generations.map(([, connectSocket]) => new SocketIoClient(connectSocket, listening.port))
  await Promise.all(clients.map((client) => client.connected))
  // a client that never beats outlives no two of its heartbeats: so time has passed when it is gone
  const silent = connectTcp(listening.port, '127.0.0.1')
  silent.write('\x01\0\0\x0a{"sys":{}}')
  await once(silent, 'data')
  silent.resume().write(Buffer.from('02000000', 'hex'))
  await once(silent, 'close')

  for (const client of clients) assert.equal(await client.request('front.entry.echo', 1), 1)
  for (const client of clients) await client[Symbol.asyncDispose]()
})

test('a frontend that stops sends clients of Socket.IO away, and leaves no socket behind', async () => {
  const listening = await startListening({ connector: socketio })
  const clients = ['websocket', 'polling'].map(
    (transport) => new SocketIoClient(latest, listening.port, { transports: [transport] }),
  )
  await Promise.all(clients.map((client) => client.connected))
  const opening = connectTcp(listening.port, '127.0.0.1')
  opening.write('GET /socket.io/?EIO=4&transport=polling HTTP/1.1\r\nHost: x\r\n\r\n')
  await once(opening, 'data')

  await listening[Symbol.asyncDispose]()

  await Promise.all(clients.map((client) => client.disconnected))
  await closed(opening.resume())
})

test('a page of another origin may poll', async () => {
  await using listening = await startListening({ connector: socketio })
  const url = `http://127.0.0.1:${listening.port}/socket.io/?EIO=3&transport=polling`

  const response = await new Promise<{ headers: Record<string, unknown> }>((resolve) =>
    requestHttp(url, { headers: { Origin: 'http://127.0.0.1:3001' }, agent: false }, (message) => {
      message.resume().on('end', () => resolve(message))
    }).end(),
  )

  assert.equal(response.headers['access-control-allow-origin'], 'http://127.0.0.1:3001')
  assert.equal(response.headers['access-control-allow-credentials'], 'true')
})

test('clients of Socket.IO are served over TLS', async () => {
  await using listening = await startListening({ connector: { ...socketio, ssl: testKeys } })
  const { io } = await import('socket.io-client')
  const socket = io(`https://localhost:${listening.port}`, {
    transports: ['websocket'],
    ca: testKeys.cert,
    reconnection: false,
    forceNew: true,
  } as object)
  await new Promise<void>((resolve) => socket.on('connect', resolve))

  const said = new Promise((resolve) => socket.on('message', resolve))
  socket.send(`\0\0\0\x02${String.fromCharCode('front.entry.echo'.length)}front.entry.echo"secure"`)

  assert.equal(await said, '{"id":2,"body":"secure"}')
  socket.disconnect()
})

test('a frontend that has no Socket.IO answers its path as any other', async () => {
  await using listening = await startListening()

  const response = await fetch(`http://127.0.0.1:${listening.port}/socket.io/?EIO=4&transport=polling`)

  assert.equal(response.status, 426)
})
