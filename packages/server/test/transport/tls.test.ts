import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { connect } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { decodePackets, encodePacket, type Packet, PacketReader, PacketType } from '@shaddock/protocol'
import { WebSocket } from 'ws'
import { createListener } from '../../src/transport/listener.ts'
import type { TransportLimits } from '../../src/transport/transport.ts'
import { testKeys } from '../fixtures/tls.ts'
import { Queue } from './acceptor.ts'
import { dataPacket, type Fixture, limits, type Pair, testTransport, text } from './conformance.ts'
import { closed, type ListenerFixture, startListener } from './sockets.ts'

testTransport('TCP with TLS', (withLimits) => startTls(withLimits, connectStream))
testTransport('WebSocket with TLS', (withLimits) => startTls(withLimits, connectWebSocket))

test('WebSocket and TCP clients share a port with TLS', async () => {
  await using listener = await startListener({ tls: testKeys })

  const overWebSocket = await connectWebSocket(listener)
  const overTcp = await connectStream(listener)
  overWebSocket.client.send(dataPacket(Buffer.from('by frame')))
  overTcp.client.send(dataPacket(Buffer.from('by stream')))

  assert.equal(text(await overWebSocket.server.packets.next()), 'by frame')
  assert.equal(text(await overTcp.server.packets.next()), 'by stream')
  assert.equal(overTcp.server.connection.remoteAddress, '127.0.0.1')
  assert.equal(overWebSocket.server.connection.remoteAddress, '127.0.0.1')
})

test('a client without TLS is cut off, and others are served', async () => {
  await using listener = await startListener({ tls: testKeys })
  for (const bytes of [dataPacket(Buffer.from('plain')), Buffer.from('GET / HTTP/1.1\r\n\r\n')]) {
    const socket = listener.socket()
    socket.resume().write(bytes)
    await closed(await listener.serverEnd(socket))
  }

  const { client, server } = await connectStream(listener)
  client.send(dataPacket(Buffer.from('secure')))

  assert.equal(text(await server.packets.next()), 'secure')
  assert.equal(listener.acceptor.acceptedCount, 1)
})

test('a client that never ends its TLS handshake, or says nothing behind it, is closed', async () => {
  await using listener = await startListener({ tls: testKeys, firstByteTimeoutMs: 40 })
  const silent = listener.socket()
  const secure = await shakeHands(listener)

  await closed(await listener.serverEnd(silent))
  await closed(secure.resume())
})

test('close drops who is in a TLS handshake', async () => {
  await using listener = await startListener({ tls: testKeys })
  const serverEnd = await listener.serverEnd(listener.socket())

  await listener.close()

  await closed(serverEnd)
})

test('a key that does not open is a mistake of the setup', () => {
  const create = (tls: typeof testKeys) => () => createListener({ host: '127.0.0.1', port: 0, limits, tls })

  assert.throws(create({ ...testKeys, key: 'no key' }), { name: 'SetupError', message: /^ssl: no key and/ })
  assert.throws(create({ ...testKeys, cert: testKeys.key }), { name: 'SetupError' })
})

async function startTls(
  withLimits: TransportLimits,
  connectClient: (listener: ListenerFixture) => Promise<Pair>,
): Promise<Fixture> {
  const listener = await startListener({ limits: withLimits, tls: testKeys })
  return {
    connect: () => connectClient(listener),
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  }
}

async function shakeHands(listener: ListenerFixture): Promise<TLSSocket> {
  const secure = connect({ socket: listener.socket(), ca: testKeys.cert, servername: 'localhost' })
  secure.on('error', () => undefined)
  secure.on('end', () => secure.end())
  await once(secure, 'secureConnect')
  return secure
}

async function connectStream(listener: ListenerFixture): Promise<Pair> {
  const socket = listener.socket()
  const secure = connect({ socket, ca: testKeys.cert, servername: 'localhost' })
  secure.on('error', () => undefined)
  const packets = new Queue<Packet>()
  const reader = new PacketReader(limits.maxBacklogBytes)
  secure.on('data', (chunk: Buffer) => reader.read(chunk, (type, body) => packets.push({ type, body })))
  secure.on('end', () => secure.end())
  await once(secure, 'secureConnect')
  // until it has said something, the server does not know what it speaks
  secure.write(encodePacket(PacketType.heartbeat))
  const server = await listener.acceptor.accepted.next()
  await server.packets.next()
  const client = {
    packets,
    closed: closed(secure),
    send: (bytes: Uint8Array) => void secure.write(bytes),
    close: () => void secure.end(),
    // within the turn in which the server reads, TLS would take it for an end
    vanish: () => void setImmediate(() => socket.resetAndDestroy()),
    pause: () => void secure.pause(),
    resume: () => void secure.resume(),
  }
  return { client, server }
}

async function connectWebSocket(listener: ListenerFixture): Promise<Pair> {
  const secure = await shakeHands(listener)
  const webSocket = new WebSocket(`ws://127.0.0.1:${listener.port}`, { createConnection: () => secure })
  const packets = new Queue<Packet>()
  webSocket.on('message', (data: Buffer) => {
    for (const packet of decodePackets(data, limits.maxBacklogBytes)) packets.push(packet)
  })
  webSocket.on('error', () => undefined)
  await once(webSocket, 'open')
  const client = {
    packets,
    closed: closed(secure),
    send: (bytes: Uint8Array) => webSocket.send(bytes),
    close: () => webSocket.close(1000),
    vanish: () => webSocket.terminate(),
    pause: () => webSocket.pause(),
    resume: () => webSocket.resume(),
  }
  return { client, server: await listener.acceptor.accepted.next() }
}
