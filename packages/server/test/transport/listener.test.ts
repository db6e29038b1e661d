import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { encodePacket, PacketType } from '@shaddock/protocol'
import fc from 'fast-check'
import { WebSocket } from 'ws'
import { SetupError } from '../../src/errors.ts'
import { createListener } from '../../src/transport/listener.ts'
import { Acceptor } from './acceptor.ts'
import { dataPacket, limits, text } from './conformance.ts'
import { arrived, closed, type ListenerFixture, startListener } from './sockets.ts'

test('WebSocket and TCP clients share a port', async () => {
  await using listener = await startListener()

  const webSocket = await openWebSocket(listener)
  const overWebSocket = await listener.acceptor.accepted.next()
  webSocket.send(dataPacket(Buffer.from('by frame')))
  const socket = listener.socket()
  socket.write(dataPacket(Buffer.from('by stream')))
  const overTcp = await listener.acceptor.accepted.next()

  assert.equal(text(await overWebSocket.packets.next()), 'by frame')
  assert.equal(text(await overTcp.packets.next()), 'by stream')
  assert.equal(overTcp.connection.remoteAddress, '127.0.0.1')
  assert.equal(overWebSocket.connection.remoteAddress, '127.0.0.1')
})

for (const [what, bytes] of [
  ['a TCP client', dataPacket(Buffer.from('slowly'))],
  ['a WebSocket client', Buffer.concat([handshake(), Buffer.from('82860000000004000002686a', 'hex')])],
] as const) {
  test(`${what} is understood when its bytes come one at a time`, async () => {
    await using listener = await startListener()
    const socket = listener.socket()
    const serverEnd = await listener.serverEnd(socket)

    for (const byte of bytes) {
      socket.write(Buffer.of(byte))
      await arrived(socket, serverEnd)
    }
    const { packets } = await listener.acceptor.accepted.next()

    assert.match(text(await packets.next()), /slowly|hj/)
  })
}

test('a handshake split within its method is a handshake', async () => {
  await using listener = await startListener()
  const socket = listener.socket()
  const serverEnd = await listener.serverEnd(socket)

  socket.write(handshake().subarray(0, 2))
  await arrived(socket, serverEnd)
  socket.write(handshake().subarray(2))

  assert.match(await head(socket), /^HTTP\/1.1 101 /)
})

test('a frame that comes with the handshake is read', async () => {
  await using listener = await startListener()
  const socket = listener.socket()

  socket.write(Buffer.concat([handshake(), Buffer.from('82860000000004000002686a', 'hex')]))
  const { packets } = await listener.acceptor.accepted.next()

  assert.equal(text(await packets.next()), 'hj')
})

for (const method of ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS']) {
  test(`a plain ${method} is answered 426, and its socket is closed`, async () => {
    await using listener = await startListener()
    const socket = listener.socket()

    socket.write(`${method} / HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    const response = await head(socket)
    socket.end()

    assert.match(response, /^HTTP\/1.1 426 /)
    assert.match(response, /\r\nConnection: close\r\n/i)
    await closed(await listener.serverEnd(socket))
  })
}

test('what is neither a packet nor HTTP is answered 400, and its socket is closed', async () => {
  await using listener = await startListener()
  const socket = listener.socket()
  const serverEnd = await listener.serverEnd(socket)

  socket.write('hello?\r\n\r\n')

  assert.match(await head(socket), /^HTTP\/1.1 400 /)
  await closed(serverEnd)
})

test('headers beyond the limit are refused', async () => {
  await using listener = await startListener()
  const socket = listener.socket()

  socket.write(`GET / HTTP/1.1\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`)

  assert.match(await head(socket), /^HTTP\/1.1 431 /)
})

test('a client that says nothing is closed', async () => {
  await using listener = await startListener({ firstByteTimeoutMs: 20 })

  const serverEnd = await listener.serverEnd(listener.socket())

  await closed(serverEnd)
})

test('a handshake that never ends is closed', async () => {
  await using listener = await startListener({ firstByteTimeoutMs: 20 })
  const socket = listener.socket()
  const serverEnd = await listener.serverEnd(socket)

  socket.write('GET / HTTP/1.1\r\nX-Slow: l')

  await closed(serverEnd)
})

test('a client that has connected may be silent', async () => {
  await using listener = await startListener({ firstByteTimeoutMs: 20 })
  const webSocket = await openWebSocket(listener)
  const { connection, packets, reasons } = await listener.acceptor.accepted.next()

  // one that connects later and says nothing is closed, so the sweep has passed
  await closed(await listener.serverEnd(listener.socket()))
  webSocket.send(encodePacket(PacketType.heartbeat))
  await packets.next()

  assert.deepEqual(reasons, [])
  assert.equal(connection.bufferedBytes, 0)
})

test('a port in use is named, and what to do', async () => {
  await using listener = await startListener()
  const second = createListener({ host: '127.0.0.1', port: listener.port, limits })

  await assert.rejects(second.listen(new Acceptor().accept), (error) => {
    assert.ok(error instanceof SetupError)
    assert.match(error.message, new RegExp(`^port 127.0.0.1:${listener.port} is in use: .*another port`))
    return true
  })
})

test('an address that is not ours is named', async () => {
  const listener = createListener({ host: '203.0.113.1', port: 3050, limits })

  await assert.rejects(listener.listen(new Acceptor().accept), {
    name: 'SetupError',
    message: 'cannot listen on 203.0.113.1:3050: this machine has no such address',
  })
})

test('connections over maxConnections are closed as full, again and again', async () => {
  await using listener = await startListener({ maxConnections: 1 })
  await openWebSocket(listener)

  for (let refused = 0; refused < 2; refused++) {
    const socket = listener.socket()
    const serverEnd = await listener.serverEnd(socket)
    const webSocket = await openWebSocket(listener, socket)
    const [code, reason] = (await once(webSocket, 'close')) as [number, Buffer]
    await closed(serverEnd)

    assert.deepEqual([code, reason.toString()], [4503, 'full'])
  }
  const overTcp = listener.socket()
  overTcp.end(encodePacket(PacketType.heartbeat))
  await closed(overTcp.resume())
  await listener.acceptor.accepted.next()
  assert.equal(listener.acceptor.acceptedCount, 1)
})

test('only connections count as such: neither the silent nor the refused, and nobody who left', async () => {
  await using listener = await startListener({ maxConnections: 1 })
  await listener.serverEnd(listener.socket())

  const first = await openWebSocket(listener)
  const { closed: firstClosed } = await listener.acceptor.accepted.next()
  // it does not answer the close frame, so its socket stays for a while
  const refused = listener.socket()
  refused.write(handshake())
  await head(refused)
  first.terminate()
  await firstClosed
  await openWebSocket(listener)
  const { reasons } = await listener.acceptor.accepted.next()

  assert.deepEqual(reasons, [])
})

test('close frees the port and drops who has not connected yet', async () => {
  await using listener = await startListener()
  const webSocket = await openWebSocket(listener)
  const { connection, packets } = await listener.acceptor.accepted.next()
  const silent = await listener.serverEnd(listener.socket())
  const within = listener.socket()
  const withinHandshake = await listener.serverEnd(within)
  within.write('GET / HT')
  await arrived(within, withinHandshake)

  await listener.close()
  const successor = createServer().listen(listener.port, '127.0.0.1')
  await once(successor, 'listening')
  successor.close()
  await closed(silent)
  await closed(withinHandshake)
  webSocket.send(encodePacket(PacketType.heartbeat))

  // who is connected is the caller's
  assert.equal((await packets.next()).type, PacketType.heartbeat)
  assert.equal(connection.bufferedBytes, 0)
})

test('no first bytes of a client disturb the server', async () => {
  await using listener = await startListener()
  const anyStart = fc.constantFrom(
    '',
    'GET / HTTP/1.1\r\n',
    'CONNECT a:1 HTTP/1.1\r\n\r\n',
    '\x04\0\0\x05',
    'PRI * HTTP/2.0\r\n\r\n',
  )

  await fc.assert(
    fc.asyncProperty(anyStart, fc.uint8Array({ maxLength: 100 }), async (start, bytes) => {
      const socket = listener.socket()
      socket.end(Buffer.concat([Buffer.from(start, 'latin1'), bytes]))
      await closed(socket.resume())
    }),
    { numRuns: 200 },
  )

  await assertServes(listener)
})

test('no bytes in a WebSocket disturb the server', async () => {
  await using listener = await startListener()

  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), fc.boolean(), async (bytes, framed) => {
      const socket = listener.socket()
      socket.write(handshake())
      await head(socket)
      if (framed) socket.write(Buffer.concat([Buffer.of(0x82, 0x80 | bytes.length, 0, 0, 0, 0), bytes]))
      else socket.write(bytes)
      await turn()
      socket.end()
      await closed(socket.resume())
    }),
    { numRuns: 200 },
  )

  await assertServes(listener)
})

async function assertServes(listener: ListenerFixture): Promise<void> {
  const webSocket = await openWebSocket(listener)
  const good = dataPacket(Buffer.from('good'))
  webSocket.send(good)
  for (;;) {
    const { connection, packets, reasons } = await listener.acceptor.accepted.next()
    if (reasons.length > 0) continue
    assert.equal(text(await packets.next()), 'good')
    connection.send(good)
    const [data] = (await once(webSocket, 'message')) as [Buffer]
    assert.deepEqual(data, Buffer.from(good))
    return
  }
}

async function openWebSocket(listener: ListenerFixture, socket = listener.socket()): Promise<WebSocket> {
  const webSocket = new WebSocket(`ws://127.0.0.1:${listener.port}`, { createConnection: () => socket })
  await once(webSocket, 'open')
  return webSocket
}

function handshake(): Buffer {
  return Buffer.from(
    [
      'GET / HTTP/1.1',
      'Host: localhost',
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      '\r\n',
    ].join('\r\n'),
  )
}

/** Resolves with what the server sends up to the end of its headers. */
async function head(socket: Socket): Promise<string> {
  let received = ''
  for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    received += chunk.toString('latin1')
    if (received.includes('\r\n\r\n')) break
  }
  return received
}
