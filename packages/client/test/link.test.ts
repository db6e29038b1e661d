import {
  closeReasons,
  encodeHandshakeAnswer,
  encodeJson,
  encodePacket,
  encodePushPacket,
  type HandshakeAnswer,
  jsonCodec,
  PacketType,
} from '@shaddock/protocol'
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import fc from 'fast-check'
import { connect } from '../src/index.ts'
import { Link, type LinkOptions } from '../src/link.ts'
import { FakeSocket } from './fixtures/fake-socket.ts'
import { PomeloServer } from './fixtures/pomelo-server.ts'
import { nextState } from './fixtures/states.ts'

const accepted: HandshakeAnswer = { code: 200, sys: {} }

test('the handshake, the answer and the ack are what Pomelo speaks', async (t) => {
  const { link, socket } = createLink(t, { user: { name: 'ada' } })

  socket.onopen?.()
  const handshake = socket.sent[0]!
  socket.receive(handshakePacket({ code: 200, sys: { heartbeat: 3 }, user: { id: 7 } }))

  assert.equal(socket.binaryType, 'arraybuffer')
  assert.equal(Buffer.from(handshake.subarray(0, 4)).toString('hex'), '01000047')
  assert.deepEqual(JSON.parse(Buffer.from(handshake.subarray(4)).toString()), {
    sys: { type: 'js-websocket', version: '0.0.1' },
    user: { name: 'ada' },
  })
  assert.deepEqual(await link.opened, { id: 7 })
  assert.deepEqual(socket.sent.slice(1).map(toHex), ['02000000'])
})

test('the ids of requests count from 1, in the form that Pomelo reads', (t) => {
  const { link, socket } = openLink(t)

  for (let i = 0; i < 128; i++) {
    link.request({ route: 'a.b.c', message: {}, timeoutMs: Infinity, resolve() {}, reject() {} })
  }

  assert.equal(toHex(socket.sent.at(-128)!), '0400000a 0001 05612e622e63 7b7d'.replaceAll(' ', ''))
  assert.equal(toHex(socket.sent.at(-1)!), '0400000b 008001 05612e622e63 7b7d'.replaceAll(' ', ''))
})

test('nothing but the handshake is read before the handshake', (t) => {
  const heard: string[] = []
  const { socket } = createLink(t, { onPush: (route) => heard.push(route) })

  socket.receive(push('early'))
  socket.receive(handshakePacket(accepted))
  socket.receive(handshakePacket({ code: 500 }))
  socket.receive(push('onChat'))

  assert.deepEqual(heard, ['onChat'])
  assert.equal(socket.closedWith, undefined)
})

test('nothing is heard behind a kick, even in its frame', (t) => {
  const heard: string[] = []
  const { socket } = openLink(t, { onPush: (route) => heard.push(route) })
  const kick = encodePacket(PacketType.kick, encodeJson({ reason: 'bye' }))

  socket.receive(Buffer.concat([push('before'), kick, push('behind')]))
  socket.receive(push('later'))

  assert.deepEqual(heard, ['before'])
  assert.equal(socket.closedWith, closeReasons.kicked.code)
})

const brokenFrames: [string, Uint8Array | string][] = [
  ['an empty frame', new Uint8Array(0)],
  ['a text frame', 'hello'],
  // as a length it would ask for memory
  ['a text frame that is a number', '99999999999'],
  ['half a head', fromHex('0400')],
  ['half a body', fromHex('0400000500')],
  ['a packet type that is none', fromHex('06000000')],
  ['an ack', fromHex('02000000')],
  ['an empty message', fromHex('04000000')],
  ['a message type that is none', fromHex('0400000108')],
  ['an id without an end', fromHex('04000006048080808080')],
]

for (const [what, frame] of brokenFrames) {
  test(`${what} ends the link for good`, async (t) => {
    const { link, socket } = openLink(t)

    socket.receive(frame)

    assert.equal(await link.closed, closeReasons.protocol)
    assert.equal(socket.closedWith, closeReasons.protocol.code)
  })
}

test('what does not fit is dropped: an answer to nothing, a request, a push with an unknown code', (t) => {
  const { link, socket } = openLink(t, { onPush: (route) => assert.fail(route) })
  const answers: unknown[] = []
  const settle = (body: unknown): void => void answers.push(body)
  link.request({ route: 'a.b.c', message: {}, timeoutMs: Infinity, resolve: settle, reject: settle })

  socket.receive(fromHex('04000004 0405 7b7d'))
  socket.receive(fromHex('0400000a 0001 05612e622e63 7b7d'))
  socket.receive(fromHex('04000005 07 0063 7b7d'))

  assert.deepEqual(answers, [])
  assert.equal(socket.closedWith, undefined)
})

test('no bytes of a server throw out of the client', (t) => {
  const body = fc.uint8Array({ maxLength: 40 })
  const json = fc.json().map((text) => Buffer.from(text))
  const packet = fc
    .tuple(fc.constantFrom(...Object.values(PacketType)), fc.oneof(body, json))
    .map(([type, bytes]) => encodePacket(type, bytes))
  const frames = fc.array(
    fc.oneof(
      body,
      packet,
      fc.array(packet).map((packets) => Buffer.concat(packets)),
    ),
  )

  fc.assert(
    fc.property(fc.boolean(), frames, (open, received) => {
      const { link, socket } = open ? openLink(t) : createLink(t)
      link.closed.catch(() => assert.fail('rejected'))

      socket.onopen?.()
      for (const frame of received) socket.receive(frame)
      link.close()
    }),
  )
})

test('a handshake that is no answer ends the link for good', async (t) => {
  const { link, socket } = createLink(t)

  socket.receive(encodePacket(PacketType.handshake, encodeJson({ hello: 'world' })))

  assert.equal(await link.closed, closeReasons.protocol)
})

test('the deadline of the handshake ends with it', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { socket } = openLink(t, { connectTimeoutMs: 100 })

  t.mock.timers.tick(100)

  assert.equal(socket.closedWith, undefined)
})

test('a server that sends data but no heartbeats is not silent', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { socket } = createLink(t)
  socket.receive(handshakePacket({ code: 200, sys: { heartbeat: 1 } }))

  t.mock.timers.tick(1_000)
  socket.receive(push('onChat'))
  t.mock.timers.tick(2_000)

  assert.equal(socket.closedWith, undefined)
  assert.deepEqual(socket.sent.map(toHex), ['02000000', '03000000', '03000000'])
})

test('an ended link sends no heartbeat and reports no error', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { link, socket } = createLink(t, { onError: () => assert.fail('reported') })
  socket.receive(handshakePacket({ code: 200, sys: { heartbeat: 1 } }))

  link.close()
  socket.onerror?.({})
  t.mock.timers.tick(1_000)

  assert.deepEqual(socket.sent.map(toHex), ['02000000'])
})

test('heartbeats are sent at the pace that the server asks for, as long as it answers', async () => {
  await using server = await PomeloServer.start({
    // long enough that a busy machine is not taken for a silent server
    answer: { code: 200, sys: { heartbeat: 0.5 } },
    beats: true,
  })
  await using client = await connect(server.url)
  const connection = await server.connections.next()

  for (let i = 0; i < 3; i++) await connection.heartbeats.next()

  assert.equal(client.state, 'online')
})

test('a server that falls silent is lost, and tried again', async () => {
  await using server = await PomeloServer.start({ answer: { code: 200, sys: { heartbeat: 0.01 } } })
  await using client = await connect(server.url, { reconnect: { minMs: 1 } })

  const connection = await server.connections.next()
  const reason = await nextState(client, 'reconnecting')

  assert.deepEqual(reason, { ...closeReasons.lost, silent: true })
  // not a goodbye
  assert.equal(await connection.closed, closeReasons.heartbeat.code)
  await nextState(client, 'online')
})

function createLink(t: TestContext, options: Partial<LinkOptions> = {}): { link: Link; socket: FakeSocket } {
  const link = new Link({
    url: 'ws://fake',
    WebSocket: FakeSocket,
    connectTimeoutMs: 60_000,
    codec: jsonCodec,
    onPush: () => {},
    ...options,
  })
  t.after(() => link.close())
  return { link, socket: FakeSocket.made.pop()! }
}

function openLink(t: TestContext, options: Partial<LinkOptions> = {}): { link: Link; socket: FakeSocket } {
  const made = createLink(t, options)
  made.socket.receive(handshakePacket(accepted))
  return made
}

function handshakePacket(answer: HandshakeAnswer): Uint8Array {
  return encodePacket(PacketType.handshake, encodeHandshakeAnswer(answer))
}

function push(route: string): Uint8Array {
  return encodePushPacket(route, encodeJson({}))
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function fromHex(hex: string): Uint8Array {
  return Buffer.from(hex.replaceAll(' ', ''), 'hex')
}
