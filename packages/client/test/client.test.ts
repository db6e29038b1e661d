import {
  encodeJson,
  encodePushPacket,
  encodeResponsePacket,
  MessageType,
  parseProtos,
} from '@shaddock/protocol'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, type ConnectOptions, RequestError } from '../src/index.ts'
import { PomeloServer, response } from './fixtures/pomelo-server.ts'
import { Queue } from './fixtures/queue.ts'

test('requests are answered whatever the order of the answers', async () => {
  await using server = await PomeloServer.start()
  await using client = await connect(server.url)
  const connection = await server.connections.next()

  const first = client.request('chat.chatHandler.send', { content: 'one' })
  const second = client.request('chat.chatHandler.send', { content: 'two' })
  const one = await connection.messages.next()
  const two = await connection.messages.next()
  connection.respond(two.id, { heard: 2 })
  connection.respond(one.id, { heard: 1 })

  assert.deepEqual(one.body, { content: 'one' })
  assert.deepEqual(two.body, { content: 'two' })
  assert.deepEqual(await second, { heard: 2 })
  assert.deepEqual(await first, { heard: 1 })
})

test('a request without a message sends an empty object', async () => {
  await using server = await PomeloServer.start()
  await using client = await connect(server.url)
  const connection = await server.connections.next()

  const answer = client.request('chat.chatHandler.list')
  const { id, type, route, body } = await connection.messages.next()
  connection.respond(id, [])
  await answer

  assert.equal(type, MessageType.request)
  assert.equal(route, 'chat.chatHandler.list')
  assert.deepEqual(body, {})
})

test('a server that defines bodies in protobuf is spoken to so', async () => {
  const move = parseProtos({ 'a.b.move': { 'required uInt32 x': 1 } })
  const protos = { server: move, client: move, version: 'v' }
  await using server = await PomeloServer.start({ answer: { code: 200, sys: { protos, useProto: true } } })
  await using client = await connect(server.url)
  const connection = await server.connections.next()

  const answer = client.request('a.b.move', { x: 5 })
  const { id, bytes } = await connection.messages.next()
  connection.send(encodeResponsePacket(Uint8Array.of(id), Uint8Array.of(0x08, 6)))

  assert.deepEqual([...bytes], [0x08, 5])
  assert.deepEqual(await answer, { x: 6 })
  assert.throws(() => client.notify('a.b.move', {}), TypeError)
})

test('an answer whose code is a number from 400 rejects with it, its message and its body', async () => {
  await using server = await PomeloServer.start()
  await using client = await connect(server.url)
  const connection = await server.connections.next()

  const answer = client.request('chat.chatHandler.send')
  const { id } = await connection.messages.next()
  connection.respond(id, { code: 403, message: 'not in the room', room: 'lobby' })

  await assert.rejects(answer, (error: unknown) => {
    assert.ok(error instanceof RequestError)
    assert.equal(error.code, 403)
    assert.equal(error.message, 'not in the room')
    assert.deepEqual(error.body, { code: 403, message: 'not in the room', room: 'lobby' })
    return true
  })
})

test('a bare code, as Pomelo answers, rejects with a message that names the route', async () => {
  await using server = await PomeloServer.start()
  await using client = await connect(server.url)
  const connection = await server.connections.next()

  const answer = client.request('chat.chatHandler.send')
  const { id } = await connection.messages.next()
  connection.respond(id, { code: 500 })

  await assert.rejects(answer, {
    name: 'RequestError',
    code: 500,
    message: 'chat.chatHandler.send answered 500',
  })
})

for (const body of [{ code: 200 }, { code: 399 }, { code: '500' }, [], 'text', 500, null]) {
  test(`the answer ${JSON.stringify(body)} is no failure`, async () => {
    await using server = await PomeloServer.start()
    await using client = await connect(server.url)
    const connection = await server.connections.next()

    const answer = client.request('chat.chatHandler.send')
    const { id } = await connection.messages.next()
    connection.respond(id, body)

    // null is read as {}, which is how Pomelo's servers answer nothing
    assert.deepEqual(await answer, body ?? {})
  })
}

test('a request rejects with 408 at its deadline, and the late answer is dropped', async () => {
  await using server = await PomeloServer.start()
  await using client = await connect(server.url)
  const connection = await server.connections.next()

  const late = client.request('chat.chatHandler.send', {}, { timeoutMs: 1 })
  await assert.rejects(late, {
    name: 'RequestError',
    code: 408,
    message: 'no answer to chat.chatHandler.send within 1 ms',
  })
  const lateId = (await connection.messages.next()).id
  const next = client.request('chat.chatHandler.send')
  const { id } = await connection.messages.next()
  connection.respond(lateId, 'late')
  connection.respond(id, 'in time')

  assert.equal(await next, 'in time')
})

test('the deadline of all requests is an option', async () => {
  await using server = await PomeloServer.start()
  await using client = await connect(server.url, { timeoutMs: 1 })

  await assert.rejects(client.request('chat.chatHandler.send'), { code: 408 })
})

test('a message that JSON cannot carry rejects and is not sent', async () => {
  await using server = await PomeloServer.start()
  await using client = await connect(server.url)
  const connection = await server.connections.next()

  await assert.rejects(client.request('chat.chatHandler.send', 1n), TypeError)
  client.notify('chat.chatHandler.sent', 'after it')

  assert.equal((await connection.messages.next()).body, 'after it')
})

test('a notify has no id', async () => {
  await using server = await PomeloServer.start()
  await using client = await connect(server.url)
  const connection = await server.connections.next()

  client.notify('chat.chatHandler.typing', { where: 'lobby' })
  const { type, id, route, body } = await connection.messages.next()

  assert.equal(type, MessageType.notify)
  assert.equal(id, 0)
  assert.equal(route, 'chat.chatHandler.typing')
  assert.deepEqual(body, { where: 'lobby' })
})

test('a push is heard by its listeners until they are removed', async () => {
  await using server = await PomeloServer.start()
  await using client = await connect(server.url)
  const connection = await server.connections.next()
  const heard = new Queue<unknown>()
  const undo = client.on('onChat', (message) => heard.put({ removed: message }))
  client.on('onChat', (message) => heard.put(message))
  client.on('onLeave', (message) => heard.put({ other: message }))

  connection.push('onChat', { text: '你好 😀' })
  assert.deepEqual(await heard.next(), { removed: { text: '你好 😀' } })
  assert.deepEqual(await heard.next(), { text: '你好 😀' })
  undo()
  connection.push('onChat', 2)

  assert.equal(await heard.next(), 2)
})

test('every push is heard by onAny, before those who listen to its route', async () => {
  await using server = await PomeloServer.start()
  await using client = await connect(server.url)
  const connection = await server.connections.next()
  const heard = new Queue<unknown>()
  client.on('onChat', (message) => heard.put(message))
  const undo = client.onAny((push, message) => heard.put([push, message]))

  connection.push('onChat', 1)
  connection.push('onLeave', 2)
  const all = [await heard.next(), await heard.next(), await heard.next()]
  undo()
  connection.push('onLeave', 3)
  connection.push('onChat', 4)

  assert.deepEqual(all, [['onChat', 1], 1, ['onLeave', 2]])
  assert.equal(await heard.next(), 4)
})

test('nothing is heard behind close(), even what came in the same frame', async () => {
  await using server = await PomeloServer.start()
  const client = await connect(server.url)
  const connection = await server.connections.next()
  const heard: unknown[] = []
  client.on('onChat', (message) => {
    heard.push(message)
    client.close()
  })

  connection.send(push('first'), push('second'))
  await connection.closed

  assert.deepEqual(heard, ['first'])
})

test('a listener that throws is reported and does not keep the others from hearing', async (t) => {
  const reported = new Queue<unknown>()
  // browsers have it, Node does not
  globalThis.reportError = (error) => reported.put(error)
  t.after(() => Reflect.deleteProperty(globalThis, 'reportError'))
  await using server = await PomeloServer.start()
  await using client = await connect(server.url)
  const connection = await server.connections.next()
  const failure = new Error('in a listener')
  const heard = new Queue<unknown>()
  client.on('onChat', () => {
    throw failure
  })
  client.on('onChat', (message) => heard.put(message))

  connection.push('onChat', 'hello')

  assert.equal(await heard.next(), 'hello')
  assert.equal(await reported.next(), failure)
})

test('code that awaits an answer goes on before the push behind it is heard', async () => {
  await using server = await PomeloServer.start()
  await using client = await connect(server.url)
  const connection = await server.connections.next()
  const order: unknown[] = []
  const heard = new Queue<void>()
  client.on('onChat', (message) => {
    order.push(message)
    if (message === 'last') heard.put()
  })
  const enter = async (): Promise<void> => {
    order.push(await client.request('connector.entryHandler.enter'))
  }

  const entered = enter()
  const { id } = await connection.messages.next()
  connection.send(push('before'), response(id, 'answer'), push('after'), push('last'))
  await entered
  await heard.next()

  assert.deepEqual(order, ['before', 'answer', 'after', 'last'])
})

test('routes of the dictionary are sent and read as codes, others in full', async () => {
  const dict = { 'chat.chatHandler.send': 1, onChat: 2 }
  await using server = await PomeloServer.start({ answer: { code: 200, sys: { dict, useDict: true } } })
  await using client = await connect(server.url)
  const connection = await server.connections.next()
  const heard = new Queue<unknown>()
  client.on('onChat', (message) => heard.put(message))

  client.notify('chat.chatHandler.send', 1)
  client.notify('chat.chatHandler.other', 2)
  connection.push('onChat', 3)
  const known = await connection.messages.next()
  const unknown = await connection.messages.next()

  assert.deepEqual([known.route, known.compressed], ['chat.chatHandler.send', true])
  assert.deepEqual([unknown.route, unknown.compressed], ['chat.chatHandler.other', false])
  assert.equal(await heard.next(), 3)
})

test('a codec of the application replaces JSON', async () => {
  const codec: ConnectOptions['codec'] = {
    encode: (route, value) => encodeJson([route, value]),
    decode: (route, body) => `${route} carries ${body.length} bytes`,
  }
  await using server = await PomeloServer.start()
  await using client = await connect(server.url, { codec })
  const connection = await server.connections.next()

  const answer = client.request('chat.chatHandler.send', 'hello')
  const { id, body } = await connection.messages.next()
  connection.respond(id, {})

  assert.deepEqual(body, ['chat.chatHandler.send', 'hello'])
  assert.equal(await answer, 'chat.chatHandler.send carries 2 bytes')
})

function push(message: unknown): Uint8Array {
  return encodePushPacket('onChat', encodeJson(message))
}
