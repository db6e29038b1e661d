import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { closeReasons, encodePacket, type Packet, PacketReader, PacketType } from '@shaddock/protocol'
import type { TransportLimits } from '../../src/transport/transport.ts'
import { Queue } from './acceptor.ts'
import { dataPacket, type Fixture, limits, type Pair, testTransport, text } from './conformance.ts'
import { closed, type ListenerFixture, startListener } from './sockets.ts'

testTransport('TCP', startTcp)

test('packets may be split and joined anywhere', async () => {
  await using listener = await startListener()
  const { server, socket } = await connectTcp(listener)
  const stream = Buffer.concat(['one', '', 'three'].map((word) => dataPacket(Buffer.from(word))))

  for (const byte of stream) {
    socket.write(Buffer.of(byte))
    await turn()
  }
  socket.write(Buffer.concat([stream, stream]))
  const received: string[] = []
  while (received.length < 9) received.push(text(await server.packets.next()))

  assert.deepEqual(received, ['one', '', 'three', 'one', '', 'three', 'one', '', 'three'])
})

test('a goodbye in the midst of a packet delivers no part of it', async () => {
  await using listener = await startListener()
  const { server, socket } = await connectTcp(listener)

  socket.end(dataPacket(Buffer.from('truncated')).subarray(0, 8))

  assert.equal(await server.closed, closeReasons.client)
  server.packets.push({ type: PacketType.kick, body: Buffer.from('the end') })
  assert.equal(text(await server.packets.next()), 'the end')
})

test('the last packet reaches a client that goes on sending while the server closes', async () => {
  await using listener = await startListener()
  const { client, server, socket } = await connectTcp(listener)

  for (let sent = 0; sent < 20; sent++) socket.write(dataPacket(new Uint8Array(1_000)))
  await server.packets.next()
  server.connection.send(encodePacket(PacketType.kick, Buffer.from('{"reason":"kick"}')))
  server.connection.close(closeReasons.kicked)
  const last = await client.packets.next()

  assert.equal(last.type, PacketType.kick)
  await client.closed
})

test('a client that never closes its end is cut off', async () => {
  await using listener = await startListener({ closeTimeoutMs: 20 })
  const { server, socket } = await connectTcp(listener)
  socket.removeAllListeners('end')

  server.connection.close(closeReasons.kicked)

  await closed(await listener.serverEnd(socket))
})

async function startTcp(withLimits: TransportLimits): Promise<Fixture> {
  const listener = await startListener({ limits: withLimits })
  return {
    connect: () => connectTcp(listener),
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  }
}

async function connectTcp(listener: ListenerFixture): Promise<Pair & { socket: Socket }> {
  const socket = listener.socket()
  const packets = new Queue<Packet>()
  const reader = new PacketReader(limits.maxBacklogBytes)
  socket.on('data', (chunk: Buffer) => reader.read(chunk, (type, body) => packets.push({ type, body })))
  socket.on('end', () => socket.end())
  await once(socket, 'connect')
  // until it has said something, the server does not know what it speaks
  socket.write(encodePacket(PacketType.heartbeat))
  const server = await listener.acceptor.accepted.next()
  await server.packets.next()
  const client = {
    packets,
    closed: closed(socket),
    send: (bytes: Uint8Array) => void socket.write(bytes),
    close: () => void socket.end(),
    vanish: () => void socket.resetAndDestroy(),
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
  }
  return { client, server, socket }
}
