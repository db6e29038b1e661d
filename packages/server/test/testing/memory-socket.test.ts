import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeReasons, encodePacket, PacketType } from '@shaddock/protocol'
import { createMemorySocket } from '../../src/testing/memory-socket.ts'
import { createMemoryTransport } from '../../src/transport/memory.ts'
import type { Connection } from '../../src/transport/transport.ts'

async function listen() {
  const transport = createMemoryTransport({ limits: { maxBodyBytes: 65_536, maxBacklogBytes: 65_536 } })
  const connections: Connection[] = []
  const bodies: string[] = []
  await transport.listen((connection) => {
    connections.push(connection)
    return { onPacket: (_, body) => void bodies.push(Buffer.from(body).toString()), onClose: () => undefined }
  })
  const MemorySocket = createMemorySocket((id) => {
    if (id !== 'front-1') throw new Error(`no server ${id} runs`)
    return transport.connect()
  })
  return { MemorySocket, connections, bodies }
}

type Socket = InstanceType<Awaited<ReturnType<typeof listen>>['MemorySocket']>

/** Resolves with what happened to a socket once it has closed. */
function trace(socket: Socket): Promise<string[]> {
  const seen: string[] = []
  return new Promise((resolve) => {
    socket.onopen = () => seen.push('open')
    socket.onmessage = ({ data }: { data: ArrayBuffer }) => seen.push(Buffer.from(data).toString('hex'))
    socket.onerror = () => seen.push('error')
    socket.onclose = ({ code }: { code: number }) => {
      seen.push(`close ${code}`)
      resolve(seen)
    }
  })
}

test('a socket opens after it was made, gets one packet a message, and is told the code of its end', async () => {
  const { MemorySocket, connections, bodies } = await listen()
  const socket = new MemorySocket('front-1')
  const traced = trace(socket)
  assert.equal(connections.length, 0)
  await Promise.resolve()
  socket.send(Uint8Array.from(encodePacket(PacketType.data, Buffer.from('hello'))))

  while (bodies.length === 0) await new Promise(setImmediate)
  connections[0]?.send(encodePacket(PacketType.heartbeat))
  connections[0]?.send(encodePacket(PacketType.data, Buffer.of(0xff)))
  connections[0]?.close(closeReasons.kicked)

  assert.deepEqual(await traced, ['open', '03000000', '04000001ff', 'close 4430'])
  assert.deepEqual(bodies, ['hello'])
})

test('a socket to nobody fails as one whose server does not answer', async () => {
  const { MemorySocket } = await listen()

  assert.deepEqual(await trace(new MemorySocket('front-9')), ['error', 'close 1006'])
})

test('a socket that is closed before it has opened never connects', async () => {
  const { MemorySocket, connections } = await listen()
  const socket = new MemorySocket('front-1')
  const traced = trace(socket)

  socket.close()

  assert.deepEqual(await traced, ['close 1000'])
  assert.equal(connections.length, 0)
})
