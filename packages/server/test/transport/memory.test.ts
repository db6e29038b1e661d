import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { type CloseReason, closeReasons, type Packet } from '@shaddock/protocol'
import { createMemoryTransport } from '../../src/transport/memory.ts'
import type { TransportLimits } from '../../src/transport/transport.ts'
import { Acceptor, Queue } from './acceptor.ts'
import { dataPacket, type Fixture, limits, testTransport } from './conformance.ts'

testTransport('memory', startMemory)

test('a memory client is told the reason that the server gave', async () => {
  await using fixture = await startMemory(limits)
  const { client, server } = await fixture.connect()

  server.connection.close(closeReasons.shutdown)

  assert.equal(await client.closed, closeReasons.shutdown)
})

test('a memory client that sends is not answered within the call', async () => {
  const transport = createMemoryTransport({ limits })
  const heard = new Queue<string>()
  const order: string[] = []
  await transport.listen((connection) => ({
    onPacket: () => {
      order.push('server')
      connection.send(dataPacket(Buffer.from('answer')))
      connection.close(closeReasons.kicked)
      order.push('server done')
    },
    onClose: () => undefined,
  }))
  const client = transport.connect()
  client.onPacket = () => {
    order.push('client')
    heard.push('answer')
  }

  client.send(dataPacket(Buffer.from('question')))
  order.push('client sent')
  await heard.next()

  assert.deepEqual(order, ['client sent', 'server', 'server done', 'client'])
})

test('a memory client that reads again is not told within the call', async () => {
  const acceptor = new Acceptor()
  const transport = createMemoryTransport({ limits })
  await transport.listen(acceptor.accept)
  const client = transport.connect()
  const { connection } = await acceptor.accepted.next()
  const heard = new Queue<string>()
  const order: string[] = []
  client.onPacket = () => {
    order.push('packet')
    heard.push('packet')
  }
  client.pause()
  connection.send(dataPacket(Buffer.from('waiting')))
  await turn()

  client.resume()
  order.push('resumed')
  await heard.next()
  client.close()

  assert.deepEqual(order, ['resumed', 'packet'])
})

test('nobody can connect to a memory transport before it listens, or after it closed', async () => {
  const transport = createMemoryTransport({ limits })

  assert.throws(() => transport.connect(), /does not listen/)
  await transport.listen(new Acceptor().accept)
  await transport.close()
  assert.throws(() => transport.connect(), /does not listen/)
})

async function startMemory(withLimits: TransportLimits): Promise<Fixture> {
  const acceptor = new Acceptor()
  const transport = createMemoryTransport({ limits: withLimits })
  await transport.listen(acceptor.accept)
  return {
    async connect() {
      const memoryClient = transport.connect()
      const packets = new Queue<Packet>()
      const closed = Promise.withResolvers<CloseReason>()
      memoryClient.onPacket = (type, body) => packets.push({ type, body })
      memoryClient.onClose = closed.resolve
      const client = {
        packets,
        closed: closed.promise,
        send: (bytes: Uint8Array) => memoryClient.send(bytes),
        close: () => memoryClient.close(),
        vanish: () => memoryClient.destroy(),
        pause: () => memoryClient.pause(),
        resume: () => memoryClient.resume(),
      }
      return { client, server: await acceptor.accepted.next() }
    },
    async [Symbol.asyncDispose]() {
      acceptor.closeAll(closeReasons.shutdown)
      await transport.close()
    },
  }
}
