import {
  compileProtos,
  encodeJson,
  encodePushPacket,
  encodeResponsePacket,
  parseProtos,
} from '@shaddock/protocol'
import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test, type TestContext } from 'node:test'
import { Pomelo, type PomeloOptions } from '../src/index.ts'
import { usePage } from './fixtures/page.ts'
import { createPomelo, record } from './fixtures/pomelo-client.ts'
import { PomeloServer, response, type ServerConnection } from './fixtures/pomelo-server.ts'
import { Queue } from './fixtures/queue.ts'

test('init calls back after the handshake, whose answer handshakeCallback hears first', async (t) => {
  await using server = await PomeloServer.start({ answer: { code: 200, sys: {}, user: { id: 7 } } })
  const pomelo = createPomelo(t)
  const order: unknown[] = []

  await new Promise<void>((resolve) => {
    const handshakeCallback = (user: unknown): void => void order.push(user)
    pomelo.init({ ...at(server), user: 'ada', handshakeCallback }, (socket) => {
      order.push(typeof socket.send)
      resolve()
    })
  })

  assert.deepEqual(order, [{ id: 7 }, 'function'])
  assert.equal((await server.connections.next()).handshake?.user, 'ada')
})

test('a request hands its callback the body, whatever its code', async (t) => {
  await using server = await PomeloServer.start()
  const { pomelo, connection } = await connected(t, server)
  const answers = new Queue<unknown>()

  pomelo.request('gate.gateHandler.queryEntry', { uid: 'ada' }, (body) => answers.put(body))
  const { id, route, body } = await connection.messages.next()
  connection.respond(id, { code: 500 })

  assert.deepEqual([route, body], ['gate.gateHandler.queryEntry', { uid: 'ada' }])
  assert.deepEqual(await answers.next(), { code: 500 })
})

test('a request may leave out its message', async (t) => {
  await using server = await PomeloServer.start()
  const { pomelo, connection } = await connected(t, server)
  const answers = new Queue<unknown>()

  pomelo.request('chat.chatHandler.list', (body) => answers.put(body))
  const { id, body } = await connection.messages.next()
  connection.respond(id, [1])

  assert.deepEqual(body, {})
  assert.deepEqual(await answers.next(), [1])
})

test('a notify is sent, and pushes are events', async (t) => {
  await using server = await PomeloServer.start()
  const { pomelo, connection } = await connected(t, server)
  const heard = new Queue<unknown>()
  pomelo.on('onChat', (message) => heard.put(message))

  pomelo.notify('chat.chatHandler.send', 'hello pomelo')
  const { id, body } = await connection.messages.next()
  connection.push('onChat', { from: 'bob' })

  assert.deepEqual([id, body], [0, 'hello pomelo'])
  assert.deepEqual(await heard.next(), { from: 'bob' })
})

test('answers and pushes of one frame are heard in their order', async (t) => {
  await using server = await PomeloServer.start()
  const { pomelo, connection } = await connected(t, server)
  const heard = new Queue<unknown>()
  pomelo.on('onChat', (message) => heard.put(message))
  pomelo.request('chat.chatHandler.list', (body) => heard.put(body))

  const { id } = await connection.messages.next()
  connection.send(push('before'), response(id, 'answer'), push('after'))

  assert.deepEqual(
    [await heard.next(), await heard.next(), await heard.next()],
    ['before', 'answer', 'after'],
  )
})

test('an application leaves the gate and goes to its connector', async (t) => {
  await using gate = await PomeloServer.start()
  await using connector = await PomeloServer.start()
  const { pomelo, connection } = await connected(t, gate)
  const events = record(pomelo)

  pomelo.disconnect()
  pomelo.init(at(connector), () => pomelo.notify('connector.entryHandler.enter'))

  assert.equal(await connection.closed, 1000)
  const entered = await connector.connections.next()
  assert.equal((await entered.messages.next()).route, 'connector.entryHandler.enter')
  assert.deepEqual([await events.next(), await events.next()], ['close', 'disconnect'])
  assert.deepEqual(events.takeAll(), [])
})

for (const [code, text] of [
  [500, 'handshake fail'],
  [501, 'client version not fullfill'],
] as const) {
  test(`a handshake refused with ${code} is the error "${text}"`, async (t) => {
    await using server = await PomeloServer.start({ answer: { code } })
    const pomelo = createPomelo(t)
    const events = record(pomelo)
    const errors = new Queue<unknown>()
    pomelo.on('error', (error) => errors.put(error))

    pomelo.init({ ...at(server), reconnect: true }, () => assert.fail('accepted'))

    assert.equal(await errors.next(), text)
    assert.deepEqual(
      [await events.next(), await events.next(), await events.next()],
      ['error', 'close', 'disconnect'],
    )
  })
}

test('a kick is onKick with its reason, then close and disconnect', async (t) => {
  await using server = await PomeloServer.start()
  const { pomelo, connection } = await connected(t, server)
  const events = record(pomelo)
  const kicks = new Queue<unknown>()
  pomelo.on('onKick', (kick) => kicks.put(kick))

  connection.kick('logged in elsewhere')

  assert.deepEqual(await kicks.next(), { reason: 'logged in elsewhere' })
  assert.deepEqual(
    [await events.next(), await events.next(), await events.next()],
    ['onKick', 'close', 'disconnect'],
  )
})

test('a server that cannot be reached is an io-error, then close and disconnect', async (t) => {
  const gone = await PomeloServer.start()
  const address = at(gone)
  await gone[Symbol.asyncDispose]()
  const pomelo = createPomelo(t)
  const events = record(pomelo)

  pomelo.init(address)

  assert.deepEqual(
    [await events.next(), await events.next(), await events.next()],
    ['io-error', 'close', 'disconnect'],
  )
})

test('a silent server is a heartbeat timeout, then close and disconnect', async (t) => {
  await using server = await PomeloServer.start({ answer: { code: 200, sys: { heartbeat: 0.01 } } })
  const { pomelo } = await connected(t, server)
  const events = record(pomelo)

  const heard = [await events.next(), await events.next(), await events.next()]

  assert.deepEqual(heard, ['heartbeat timeout', 'close', 'disconnect'])
})

test('encode and decode replace the messages, and may use the own ones', async (t) => {
  await using server = await PomeloServer.start()
  const pomelo = createPomelo(t)
  const encode = (id: number, route: string, message: unknown): Uint8Array =>
    pomelo.encode(id, route, { wrapped: message })!
  const decode: PomeloOptions['decode'] = (bytes) => {
    const message = pomelo.decode(bytes)
    return message && { ...message, body: { unwrapped: message.body } }
  }
  await new Promise((resolve) => pomelo.init({ ...at(server), encode, decode }, resolve))
  const connection = await server.connections.next()
  const answers = new Queue<unknown>()

  pomelo.request('chat.chatHandler.list', 1, (body) => answers.put(body))
  const { id, body } = await connection.messages.next()
  connection.respond(id, 2)

  assert.deepEqual(body, { wrapped: 1 })
  assert.deepEqual(await answers.next(), { unwrapped: 2 })
})

const protos = {
  server: parseProtos({ onMove: { 'required uInt32 x': 1 }, 'a.b.move': { 'required uInt32 code': 1 } }),
  client: parseProtos({ 'a.b.move': { 'required uInt32 x': 1 } }),
  version: 'v',
}
const sent = compileProtos(protos.server)

test('bodies are in protobuf where the server defines them, each way', async (t) => {
  usePage(t)
  await using server = await PomeloServer.start({ answer: { code: 200, sys: { protos, useProto: true } } })
  const { pomelo, connection } = await connected(t, server)
  const heard = new Queue<unknown>()
  pomelo.on('onMove', (message) => heard.put(message))

  pomelo.request('a.b.move', { x: 5 }, (body) => heard.put(body))
  const { id, bytes } = await connection.messages.next()
  const answer = encodeResponsePacket(Uint8Array.of(id), sent.get('a.b.move')!.encode({ code: 200 }))
  connection.send(answer, encodePushPacket('onMove', sent.get('onMove')!.encode({ x: 6 })))

  assert.deepEqual([...bytes], [0x08, 5])
  assert.deepEqual([await heard.next(), await heard.next()], [{ code: 200 }, { x: 6 }])
})

test('definitions are kept, and the next connection says their version', async (t) => {
  const storage = usePage(t)
  await using server = await PomeloServer.start({ answer: { code: 200, sys: { protos, useProto: true } } })
  await using later = await PomeloServer.start({ answer: { code: 200, sys: { useProto: true } } })

  const first = await connected(t, server)
  const second = await connected(t, later)
  second.pomelo.notify('a.b.move', { x: 7 })

  assert.equal(first.connection.handshake?.sys.protoVersion, 0)
  assert.equal(second.connection.handshake?.sys.protoVersion, 'v')
  assert.deepEqual([...(await second.connection.messages.next()).bytes], [0x08, 7])
  assert.deepEqual(JSON.parse(storage.get('protos') ?? ''), protos)
})

test('kept definitions are not used with a server that has none', async (t) => {
  usePage(t).set('protos', JSON.stringify(protos))
  await using server = await PomeloServer.start()
  const { pomelo, connection } = await connected(t, server)

  pomelo.notify('a.b.move', { x: 7 })

  assert.deepEqual((await connection.messages.next()).body, { x: 7 })
})

test('with encrypt, messages are signed with the key that the handshake names', async (t) => {
  await using server = await PomeloServer.start()
  const { pomelo, connection } = await connected(t, server, { encrypt: true })
  const { rsa_n } = connection.handshake?.sys.rsa as { rsa_n: string }
  const n = Buffer.from(rsa_n, 'hex').toString('base64url')
  const key = createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' })

  pomelo.request('a.b.c', { text: 'e😀' })
  pomelo.notify('a.b.c')
  pomelo.notify('a.b.c', ['no object'])

  for (const message of [{ text: 'e😀' }, {}]) {
    const { __crypto__, ...body } = (await connection.messages.next()).body as { __crypto__: string }
    assert.deepEqual(body, message)
    assert.ok(verify('sha256', Buffer.from(JSON.stringify(body)), key, Buffer.from(__crypto__, 'hex')))
  }
  assert.deepEqual((await connection.messages.next()).body, ['no object'])
})

test('without encrypt, no key is named and nothing signed', async (t) => {
  await using server = await PomeloServer.start()
  const { pomelo, connection } = await connected(t, server)

  pomelo.notify('a.b.c', { a: 1 })

  assert.deepEqual(connection.handshake?.sys.rsa, {})
  assert.deepEqual((await connection.messages.next()).body, { a: 1 })
})

test('methods may be taken off the object, and a message may hold its route', async (t) => {
  await using server = await PomeloServer.start()
  const { init, request, notify } = createPomelo(t)
  await new Promise((resolve) => init(at(server), resolve))
  const connection = await server.connections.next()

  request('', { route: 'a.b.c' }, () => assert.fail('answered'))
  request('', {}, () => assert.fail('answered'))
  notify('a.b.d')

  assert.equal((await connection.messages.next()).route, 'a.b.c')
  assert.equal((await connection.messages.next()).route, 'a.b.d')
})

test('what is said without a connection is dropped', () => {
  const pomelo = new Pomelo()

  pomelo.request('a.b.c', () => assert.fail('answered'))
  pomelo.notify('a.b.c')
  pomelo.disconnect()
})

test('listeners are kept as in Pomelo', () => {
  const pomelo = new Pomelo()
  const heard: string[] = []
  const listener = (what: string): void => void heard.push(`on ${what}`)

  pomelo
    .on('move', listener)
    .once('move', (what) => heard.push(`once ${what}`))
    .addEventListener('stop', listener)
    .emit('move', 'a')
    .emit('move', 'b')
    .off('move', listener)
    .emit('move', 'c')
    .emit('stop', 'd')
    .removeAllListeners()
    .emit('stop', 'e')

  assert.deepEqual(heard, ['on a', 'once a', 'on b', 'on d'])
  assert.deepEqual(pomelo.on('stop', listener).listeners('stop'), [listener])
  assert.equal(pomelo.hasListeners('stop'), true)
  assert.equal(pomelo.removeListener('stop', listener).hasListeners('stop'), false)
})

async function connected(
  t: TestContext,
  server: PomeloServer,
  options: Partial<PomeloOptions> = {},
): Promise<{ pomelo: Pomelo; connection: ServerConnection }> {
  const pomelo = createPomelo(t)
  await new Promise((resolve) => pomelo.init({ ...at(server), ...options }, resolve))
  return { pomelo, connection: await server.connections.next() }
}

function at(server: PomeloServer): { host: string; port: number } {
  return { host: '127.0.0.1', port: server.port }
}

function push(message: unknown): Uint8Array {
  return encodePushPacket('onChat', encodeJson(message))
}
