import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import {
  type CloseReason,
  closeReasons,
  decodePackets,
  encodePacket,
  type Packet,
  PacketType,
} from '@shaddock/protocol'
import { WebSocket } from 'ws'
import type { TransportLimits } from '../../src/transport/transport.ts'
import { Queue } from './acceptor.ts'
import { dataPacket, type Fixture, limits, type Pair, take, testTransport, text } from './conformance.ts'
import { closed, type ListenerFixture, startListener } from './sockets.ts'

testTransport('WebSocket', startWebSocket)

test('every packet leaves in a binary frame of its own', async () => {
  await using listener = await startListener()
  const { server, webSocket } = await connectWebSocket(listener)
  const frames = new Queue<[data: Buffer, isBinary: boolean]>()
  webSocket.on('message', (data: Buffer, isBinary) => frames.push([data, isBinary]))
  // the lengths around which the head of a frame changes
  const packets = [4, 125, 126, 65_535, 65_536, 70_000].map((length) =>
    dataPacket(new Uint8Array(length - 4).fill(length)),
  )

  for (const packet of packets) server.connection.send(packet)
  const received = await take(frames, packets.length)

  assert.deepEqual(
    received.map(([data]) => data.toString('hex')),
    packets.map((packet) => Buffer.from(packet).toString('hex')),
  )
  assert.ok(received.every(([, isBinary]) => isBinary))
})

test('a frame of the server is final, binary and unmasked', async () => {
  await using listener = await startListener()
  const { server } = await connectWebSocket(listener)

  const frame = server.connection.framing.frame(Buffer.from('03000000', 'hex'))

  assert.equal(Buffer.from(frame).toString('hex'), '820403000000')
})

test('a frame may hold several packets', async () => {
  await using listener = await startListener()
  const { server, webSocket } = await connectWebSocket(listener)

  webSocket.send(Buffer.from('0200000003000000040000026869', 'hex'))
  const received = await take(server.packets, 3)

  assert.deepEqual(
    received.map(({ type, body }) => [type, Buffer.from(body).toString()]),
    [
      [PacketType.ack, ''],
      [PacketType.heartbeat, ''],
      [PacketType.data, 'hi'],
    ],
  )
})

test('a text frame is read as bytes, and an empty one is ignored', async () => {
  await using listener = await startListener()
  const { server, webSocket } = await connectWebSocket(listener)

  webSocket.send('')
  webSocket.send('\x04\0\0\x02hi')

  assert.equal(text(await server.packets.next()), 'hi')
  assert.deepEqual(server.reasons, [])
})

test('a fragmented frame is put together', async () => {
  await using listener = await startListener()
  const { server, webSocket } = await connectWebSocket(listener)

  webSocket.send(Buffer.from('0400', 'hex'), { fin: false })
  webSocket.send(Buffer.from('000468', 'hex'), { fin: false })
  webSocket.ping()
  webSocket.send(Buffer.from('616c66', 'hex'))

  assert.equal(text(await server.packets.next()), 'half')
})

test('a ping is answered', async () => {
  await using listener = await startListener()
  const { webSocket } = await connectWebSocket(listener)

  webSocket.ping('still there?')
  const [data] = (await once(webSocket, 'pong')) as [Buffer]

  assert.equal(data.toString(), 'still there?')
})

for (const [what, hex] of [
  ['an empty frame', ''],
  ['a packet cut short', '0400000568'],
  ['bytes behind a packet', '03000000ff'],
  ['type 0', '00000000'],
  ['type 6', '06000000'],
] as const) {
  test(`${what} closes with the code and the name of protocol`, async () => {
    await using listener = await startListener()
    const { server, webSocket } = await connectWebSocket(listener)

    webSocket.send(Buffer.from(hex, 'hex'))

    assert.deepEqual(await closeFrame(webSocket), [4400, 'protocol'])
    assert.equal(await server.closed, closeReasons.protocol)
  })
}

test('a reason that says when to come back says so in the close frame', async () => {
  await using listener = await startListener()
  const { server, webSocket } = await connectWebSocket(listener)

  server.connection.close({ ...closeReasons.busy, retryMs: 2_500 })

  assert.deepEqual(await closeFrame(webSocket), [4504, 'busy retryMs=2500'])
})

test('a body over the limit closes with the code and the name of large', async () => {
  await using listener = await startListener()
  const { webSocket } = await connectWebSocket(listener)

  webSocket.send(dataPacket(new Uint8Array(limits.maxBodyBytes + 1)))

  assert.deepEqual(await closeFrame(webSocket), [4413, 'large'])
})

test('a frame that is far too long is refused by its head', async () => {
  await using listener = await startListener()
  const { server, socket, webSocket } = await connectWebSocket(listener)

  // 10,000 bytes announced, none sent
  socket.write(Buffer.from('82fe2710', 'hex'))

  assert.equal(await server.closed, closeReasons.large)
  assert.equal((await closeFrame(webSocket))[0], 1009)
})

test('a client that reads again after it was too slow learns why it was closed', async () => {
  await using listener = await startListener()
  const { server, webSocket } = await connectWebSocket(listener)
  webSocket.pause()
  while (server.reasons.length === 0) {
    server.connection.send(dataPacket(new Uint8Array(60_000)))
    await new Promise((resolve) => setImmediate(resolve))
  }

  webSocket.resume()

  assert.deepEqual(await closeFrame(webSocket), [4429, 'slow'])
})

for (const [code, reason] of [
  [1000, closeReasons.client],
  [1001, closeReasons.client],
  [undefined, closeReasons.client],
  [1011, closeReasons.lost],
  [4000, closeReasons.lost],
] as [number | undefined, CloseReason][]) {
  test(`a client that closes with ${code ?? 'no code'} is ${reason.reason}`, async () => {
    await using listener = await startListener()
    const { server, webSocket } = await connectWebSocket(listener)

    webSocket.close(code)

    assert.equal(await server.closed, reason)
    assert.deepEqual(await closeFrame(webSocket), [code ?? 1005, ''])
  })
}

test('a frame that breaks RFC 6455 closes as protocol', async () => {
  await using listener = await startListener()
  const { server, socket } = await connectWebSocket(listener)

  // not masked
  socket.write(Buffer.from('820403000000', 'hex'))

  assert.equal(await server.closed, closeReasons.protocol)
})

test('a connection closed as lost breaks without a close frame', async () => {
  await using listener = await startListener()
  const { server, webSocket } = await connectWebSocket(listener)

  server.connection.close(closeReasons.lost)

  assert.deepEqual(await closeFrame(webSocket), [1006, ''])
})

test('a client that never answers the close frame is cut off', async () => {
  await using listener = await startListener({ closeTimeoutMs: 20 })
  const { server, webSocket, socket } = await connectWebSocket(listener)
  webSocket.pause()

  server.connection.close(closeReasons.kicked)

  await closed(await listener.serverEnd(socket))
})

test('a client that says goodbye and leaves its socket open is cut off', async () => {
  await using listener = await startListener({ closeTimeoutMs: 20 })
  const { server, socket } = await connectWebSocket(listener)
  const serverEnd = await listener.serverEnd(socket)
  // from here on nothing answers for it
  socket.removeAllListeners('data').removeAllListeners('end')

  // a masked close frame with code 1000
  socket.write(Buffer.from('88820000000003e8', 'hex'))

  assert.equal(await server.closed, closeReasons.client)
  await closed(serverEnd)
})

test('nothing is written behind the answer to a goodbye', async () => {
  await using listener = await startListener()
  const { server, webSocket, socket } = await connectWebSocket(listener)
  const serverEnd = await listener.serverEnd(socket)
  const errors: Error[] = []
  serverEnd.on('error', (error) => errors.push(error))

  webSocket.send(encodePacket(PacketType.heartbeat))
  webSocket.close(1000)
  await server.packets.next()
  server.connection.send(dataPacket(Buffer.from('too late')))
  await closed(serverEnd)

  assert.deepEqual(errors, [])
  assert.deepEqual(server.reasons, [closeReasons.client])
})

async function startWebSocket(withLimits: TransportLimits): Promise<Fixture> {
  const listener = await startListener({ limits: withLimits })
  return {
    connect: () => connectWebSocket(listener),
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  }
}

async function connectWebSocket(
  listener: ListenerFixture,
): Promise<Pair & { webSocket: WebSocket; socket: Socket }> {
  const socket = listener.socket()
  const webSocket = new WebSocket(`ws://127.0.0.1:${listener.port}`, { createConnection: () => socket })
  const packets = new Queue<Packet>()
  webSocket.on('message', (data: Buffer) => {
    for (const packet of decodePackets(data, limits.maxBacklogBytes)) packets.push(packet)
  })
  webSocket.on('error', () => undefined)
  await once(webSocket, 'open')
  const client = {
    packets,
    closed: closed(socket),
    send: (bytes: Uint8Array) => webSocket.send(bytes),
    close: () => webSocket.close(1000),
    vanish: () => webSocket.terminate(),
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
  }
  return { client, server: await listener.acceptor.accepted.next(), webSocket, socket }
}

/** Resolves with the code and the text of the close frame that ended the connection. */
async function closeFrame(webSocket: WebSocket): Promise<[code: number, reason: string]> {
  const [code, reason] = (await once(webSocket, 'close')) as [number, Buffer]
  return [code, reason.toString()]
}
