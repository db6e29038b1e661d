import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodePushPacket, encodeRequestPacket, encodeResponsePacket } from '@shaddock/protocol'
import fc from 'fast-check'
import { startCluster } from '../../src/testing/index.ts'
import type { ClusterOptions } from '../../src/testing/index.ts'
import fixture from '../fixtures/app/app.ts'
import { closeReasons, json, PacketType, RawClient } from '../fixtures/raw-client.ts'
import { RecordedLog } from '../fixtures/recorded-log.ts'

async function startFront(options?: ClusterOptions) {
  const cluster = await startCluster(fixture, { front: 1, back: 1 }, options)
  return {
    cluster,
    connect: () => new RawClient(cluster.connectRaw('front-1')),
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  }
}

test('a handshake is answered with the heartbeat, and the ack with a heartbeat at once', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 3, dictionary: false } })
  const client = front.connect()

  const answer = await client.greet()

  assert.deepEqual(answer, { code: 200, sys: { heartbeat: 3 } })
  assert.equal((await client.next(PacketType.heartbeat)).body.length, 0)
})

test('without heartbeats the handshake names none, and a heartbeat of the client is swallowed', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0, dictionary: false } })
  const client = front.connect()

  assert.deepEqual(await client.greet(), { code: 200, sys: {} })
  client.send(PacketType.heartbeat).request(1, 'front.entry.echo', { a: 1 })

  assert.deepEqual((await client.nextMessage()).value, { a: 1 })
  assert.deepEqual(client.packets, [])
})

test('every heartbeat is answered', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 3 } })
  const client = front.connect()
  await client.greet()
  await client.next(PacketType.heartbeat)

  client.send(PacketType.heartbeat).send(PacketType.heartbeat)

  await client.next(PacketType.heartbeat)
  await client.next(PacketType.heartbeat)
})

test('with a dictionary the handshake carries the routes of all handlers and the listed pushes', async () => {
  await using front = await startFront({ connector: { dictionary: true, heartbeatSeconds: 0 } })

  const answer = (await front.connect().greet()) as {
    sys: { dict: Record<string, number>; dictVersion: string }
  }

  assert.equal(answer.sys.dict['back.work.bind'], 1)
  assert.equal(Object.keys(answer.sys.dict).includes('front.entry.echo'), true)
  assert.match(answer.sys.dictVersion, /^[\w+/]{22}==$/)
})

for (const [what, body] of [
  ['that is not JSON', Uint8Array.of(1, 2, 3)],
  ['that is empty', undefined],
  ['without sys', {}],
] as const) {
  test(`a handshake ${what} is answered with 500 and closed as refused`, async () => {
    await using front = await startFront()
    const client = front.connect()

    client.send(PacketType.handshake, body)

    assert.equal(Buffer.from((await client.next(PacketType.handshake)).body).toString(), '{"code":500}')
    assert.equal(await client.closed, closeReasons.refused)
  })
}

test('who comes when enough have come is closed as busy, without an answer, and told when to come back', async () => {
  await using front = await startFront({ connector: { loginsPerSecond: 2, heartbeatSeconds: 0 } })
  const early = [front.connect(), front.connect()]
  await Promise.all(early.map(async (client) => client.greet()))
  const late = front.connect()

  late.send(PacketType.handshake, { sys: {} })

  const { retryMs = 0, ...reason } = await late.closed
  assert.deepEqual(reason, closeReasons.busy)
  assert.ok(retryMs > 500 && retryMs < 60_000, String(retryMs))
  assert.deepEqual(late.packets, [])
  early[0]?.request(1, 'front.entry.echo', {})
  assert.equal((await early[0]?.nextMessage())?.id, 1)
})

test('with a rate of 0 everybody is let in', async () => {
  await using front = await startFront({ connector: { loginsPerSecond: 0 } })

  const answers = await Promise.all(Array.from({ length: 2_000 }, async () => front.connect().greet()))

  assert.equal(answers.length, 2_000)
})

test('of more than 5,000 connections that never shake hands the oldest is closed', async () => {
  await using front = await startFront()
  const greeted = front.connect()
  await greeted.greet()
  await greeted.next(PacketType.heartbeat)
  const silent = Array.from({ length: 5_001 }, () => front.connect())

  assert.equal(await silent[0]?.closed, closeReasons.handshake)

  // those that came later are welcome still, and so are those that have shaken hands
  await silent[1]?.greet()
  greeted.request(1, 'front.entry.echo', {})
  assert.equal((await greeted.nextMessage()).id, 1)
})

test('a second handshake is ignored, while the first is decided and after', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0 } })
  const client = front.connect()
  client.send(PacketType.handshake, { sys: {} })

  await client.greet()
  client.send(PacketType.handshake, { sys: {} }).request(1, 'front.entry.echo', {})
  await client.nextMessage()

  assert.deepEqual(client.packets, [])
})

test('a client that says nothing is closed at the handshake deadline', async () => {
  await using front = await startFront({ connector: { handshakeTimeoutMs: 60 } })

  assert.equal(await front.connect().closed, closeReasons.handshake)
})

test('a client that never acknowledges is closed at the handshake deadline', async () => {
  await using front = await startFront({ connector: { handshakeTimeoutMs: 60 } })
  const client = front.connect()

  client.send(PacketType.handshake, { sys: {} })

  assert.equal(await client.closed, closeReasons.handshake)
})

test('requests before the handshake and before the ack are ignored', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0 } })
  const client = front.connect()
  client.request(1, 'front.entry.echo', {}).send(PacketType.handshake, { sys: {} })
  await client.next(PacketType.handshake)
  client.request(2, 'front.entry.echo', {}).send(PacketType.ack).request(3, 'front.entry.echo', {})

  const answer = await client.nextMessage()

  assert.equal(answer.id, 3)
  assert.deepEqual(client.packets, [])
})

test('a client that is silent for two heartbeats is closed, one that sends anything is not', async (t) => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0.05 } })
  // silence is measured on this clock, which stands unless it is told; the looking happens in real time
  let now = performance.now()
  t.mock.method(performance, 'now', () => now)
  const silent = front.connect()
  const busy = front.connect()
  await Promise.all([silent.greet(), busy.greet()])
  await Promise.all([silent.next(PacketType.heartbeat), busy.next(PacketType.heartbeat)])

  now += 60
  busy.request(1, 'front.entry.echo', {})
  await busy.nextMessage()
  now += 60

  assert.equal(await silent.closed, closeReasons.heartbeat)
  busy.request(2, 'front.entry.echo', {})
  assert.equal((await busy.nextMessage()).id, 2)
})

test('a client may be silent as long as the config says', async (t) => {
  const connector = { heartbeatSeconds: 0.05, heartbeatTimeoutSeconds: 0.3 }
  await using front = await startFront({ connector })
  let now = performance.now()
  t.mock.method(performance, 'now', () => now)
  const client = front.connect()
  await client.greet()
  await client.next(PacketType.heartbeat)

  now += 290
  client.request(1, 'front.entry.echo', {})
  assert.equal((await client.nextMessage()).id, 1)
  now += 310

  assert.equal(await client.closed, closeReasons.heartbeat)
})

test('a kick packet from a client closes it', async () => {
  await using front = await startFront()
  const client = front.connect()
  await client.greet()

  client.send(PacketType.kick, {})

  assert.equal(await client.closed, closeReasons.protocol)
})

test('request ids come back byte for byte, overlong and big-endian ones too', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0 } })
  const client = front.connect()
  await client.greet()
  const route = Buffer.from('\x10front.entry.echo', 'latin1')
  for (const id of ['8100', '822c', '01']) {
    client.send(PacketType.data, Buffer.concat([Buffer.from(`00${id}`, 'hex'), route, Buffer.from('{}')]))

    const { body } = await client.next(PacketType.data)

    assert.equal(Buffer.from(body).toString('hex'), `04${id}7b7d`)
  }
})

test('a request with id 0 gets no answer', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0 } })
  const client = front.connect()
  await client.greet()

  client.request(0, 'front.entry.echo', {}).request(1, 'front.entry.echo', {})

  assert.equal((await client.nextMessage()).id, 1)
  assert.deepEqual(client.packets, [])
})

test('a malformed message closes the connection as a violation of the protocol', async () => {
  await using front = await startFront()
  for (const message of ['', '00', '00ff', '0001ff61', '01010a', '02', '00ffffffffff01', '008080808008']) {
    const client = front.connect()
    await client.greet()

    client.send(PacketType.data, Buffer.from(message, 'hex'))

    assert.equal(await client.closed, closeReasons.protocol, message)
  }
})

test('a message of a type that there is not is dropped', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0 } })
  const client = front.connect()
  await client.greet()

  for (const flag of [0x08, 0x0a, 0x0c, 0x0e, 0xff])
    client.send(PacketType.data, Uint8Array.of(flag, 1, 2, 3))
  client.request(1, 'front.entry.echo', {})

  assert.equal((await client.nextMessage()).id, 1)
  assert.deepEqual(client.packets, [])
})

test('the higher bits of a flag mean nothing', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0 } })
  const client = front.connect()
  await client.greet()

  client.send(
    PacketType.data,
    Buffer.concat([Buffer.from([0xf0, 1, 16]), Buffer.from('front.entry.echo[1]')]),
  )

  assert.deepEqual((await client.nextMessage()).value, [1])
})

test('a push from a client is taken for a notify', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0 } })
  const client = front.connect()
  await client.greet()

  client
    .sendBytes(encodePushPacket('front.entry.set', json({ key: 'room', value: 'pushed' })))
    .request(1, 'front.entry.get', { key: 'room' })

  assert.deepEqual((await client.nextMessage()).value, { value: 'pushed' })
})

test('a body that is no JSON is an empty object to the handler, and a text or a number is what it is', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0 } })
  const client = front.connect()
  await client.greet()
  for (const [body, value] of [
    ['', {}],
    ['{', {}],
    ['null', {}],
    ['"hello pomelo"', 'hello pomelo'],
    ['0', 0],
    ['[1,{}]', [1, {}]],
  ] as const) {
    client.sendBytes(encodeRequestPacket(1, 'front.entry.echo', Buffer.from(body)))

    assert.deepEqual((await client.nextMessage()).value, value, body)
  }
})

test('a code that stands for no route is answered with 404', async () => {
  for (const dictionary of [true, false]) {
    await using front = await startFront({ connector: { heartbeatSeconds: 0, dictionary } })
    const client = front.connect()
    await client.greet()

    client.send(PacketType.data, Buffer.from('010103e77b7d', 'hex'))

    assert.equal(((await client.nextMessage()).value as { code: number }).code, 404)
  }
})

test('a handshake after the ack, an ack before it and a second one, and early heartbeats are ignored', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 3 } })
  const client = front.connect()
  client.send(PacketType.ack).send(PacketType.heartbeat)

  // the ack that comes with the handshake is lost
  client.send(PacketType.handshake, { sys: {} }).send(PacketType.ack)
  await client.next(PacketType.handshake)
  client.send(PacketType.heartbeat).request(1, 'front.entry.echo', {}).send(PacketType.ack)
  await client.next(PacketType.heartbeat)
  client.send(PacketType.ack).send(PacketType.handshake, { sys: {} }).request(2, 'front.entry.echo', {})

  assert.equal((await client.nextMessage()).id, 2)
  assert.deepEqual(client.packets, [])
})

for (const state of ['fresh', 'greeted'] as const) {
  test(`a kick packet from a client that is ${state} closes it`, async () => {
    await using front = await startFront()
    const client = front.connect()
    if (state === 'greeted') {
      client.send(PacketType.handshake, { sys: {} })
      await client.next(PacketType.handshake)
    }

    client.send(PacketType.kick, {})

    assert.equal(await client.closed, closeReasons.protocol)
  })
}

test('a response from a client is dropped', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0 } })
  const client = front.connect()
  await client.greet()

  client.sendBytes(encodeResponsePacket(Uint8Array.of(1), json({}))).request(2, 'front.entry.echo', {})

  assert.equal((await client.nextMessage()).id, 2)
})

for (const route of [
  '',
  'nodots',
  '.a.b',
  'front.entry',
  'front.entry.a.b',
  'front.entry.nosuch',
  'front.nosuch.echo',
]) {
  test(`a request to ${JSON.stringify(route)} is answered with 404`, async () => {
    await using front = await startFront({ connector: { heartbeatSeconds: 0 } })
    const client = front.connect()
    await client.greet()

    client.request(1, route, {})

    assert.equal(((await client.nextMessage()).value as { code: number }).code, 404)
  })
}

for (const name of ['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf']) {
  test(`the inherited ${name} is not a route, as a method or as a module`, async () => {
    await using front = await startFront({ connector: { heartbeatSeconds: 0 } })
    const client = front.connect()
    await client.greet()

    client
      .request(1, `front.entry.${name}`, {})
      .request(2, `front.${name}.${name}`, {})
      .request(3, `back.work.${name}`, {})

    for (const _ of [1, 2, 3])
      assert.equal(((await client.nextMessage()).value as { code: number }).code, 404)
  })
}

test('a route of a type that nobody is there for is answered with 503', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0 } })
  const client = front.connect()
  await client.greet()

  client.request(1, 'elsewhere.work.who', {})

  assert.equal(((await client.nextMessage()).value as { code: number }).code, 503)
})

test('a session with too many unanswered requests is told that it is busy', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0, maxPendingRequests: 2 } })
  const client = front.connect()
  await client.greet()

  for (const id of [1, 2, 3]) client.request(id, 'back.work.hold', {})

  const refused = await client.nextMessage()
  assert.equal(refused.id, 3)
  assert.equal((refused.value as { code: number }).code, 429)
  await release(front)
})

test('a connection may vanish while its requests are handled', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0 } })
  const client = front.connect()
  await client.greet()
  client.request(1, 'back.work.hold', {}).notify('back.work.who', {})

  client.vanish()

  await client.closed
  await release(front)
})

test('a client that is told to go by a stopping server may come back', async () => {
  const { cluster, connect } = await startFront()
  const client = connect()
  await client.greet()

  await cluster[Symbol.asyncDispose]()

  assert.equal(await client.closed, closeReasons.shutdown)
})

test('whatever bytes a client sends in a data packet, others are served', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0 } })
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 64 }), async (bytes) => {
      const rude = front.connect()
      await rude.greet()
      rude.send(PacketType.data, bytes).close()
      await rude.closed
    }),
    { numRuns: 200 },
  )

  const client = front.connect()
  await client.greet()
  client.request(1, 'front.entry.echo', { fine: true })

  assert.deepEqual((await client.nextMessage()).value, { fine: true })
})

test('an error whose reply JSON cannot carry is answered with 500, here and from a back end', async () => {
  const log = new RecordedLog()
  await using front = await startFront({ connector: { heartbeatSeconds: 0 }, log })
  const client = front.connect()
  await client.greet()
  for (const route of ['front.entry.fail', 'back.work.fail']) {
    client.request(1, route, { how: 'unspeakable' })

    assert.equal(((await client.nextMessage()).value as { code: number }).code, 500)
    assert.equal(log.errors.splice(0).length, 1)
    log.lines.length = 0
  }
})

test('an answer that no packet holds is answered with 413', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0 } })
  const client = front.connect()
  await client.greet()

  client.request(1, 'front.entry.fail', { how: 'huge' })

  assert.equal(((await client.nextMessage()).value as { code: number }).code, 413)
})

test('a client that does not read is closed as slow, and others are served', async () => {
  await using front = await startFront({ connector: { heartbeatSeconds: 0, maxBacklogBytes: 50_000 } })
  const slow = front.connect()
  const fast = front.connect()
  await Promise.all([slow.greet(), fast.greet()])
  slow.pause()

  for (let id = 1; id <= 20; id++) slow.request(id, 'front.entry.echo', { text: 'x'.repeat(10_000) })
  fast.request(1, 'front.entry.echo', {})

  assert.equal((await fast.nextMessage()).id, 1)
  assert.equal(await slow.closed, closeReasons.slow)
})

test('a route that is no text is answered with 404 by whoever it is for', async () => {
  const log = new RecordedLog()
  await using front = await startFront({ connector: { heartbeatSeconds: 0 }, log })
  const client = front.connect()
  await client.greet()
  const method = Buffer.alloc(240, 0xff)
  for (const prefix of ['front.entry.', 'back.work.']) {
    const route = Buffer.concat([Buffer.from(prefix), method])
    const request = Buffer.concat([Buffer.of(0, 1, route.length), route, json({})])

    client.send(PacketType.data, request)

    assert.equal(((await client.nextMessage()).value as { code: number }).code, 404, prefix)
  }
  assert.deepEqual(log.errors, [])
})

async function release(front: { connect(): RawClient }): Promise<void> {
  const client = front.connect()
  await client.greet()
  client.request(1, 'back.work.release', {})
  await client.nextMessage()
}
