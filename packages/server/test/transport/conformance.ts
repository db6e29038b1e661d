import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { suite, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { closeReasons, encodePacket, type Packet, PacketType, ProtocolError } from '@shaddock/protocol'
import type { TransportLimits } from '../../src/transport/transport.ts'
import type { Accepted, Queue } from './acceptor.ts'

/** A client of any kind. */
export interface TestClient {
  readonly packets: Queue<Packet>
  /** Resolves when the connection is gone. */
  readonly closed: Promise<unknown>
  /** Sends one packet, or bytes that are none. */
  send(bytes: Uint8Array): void
  close(): void
  /** Breaks the connection without a goodbye. */
  vanish(): void
  pause(): void
  resume(): void
}

export interface Pair {
  readonly client: TestClient
  readonly server: Accepted
}

/** A transport that listens. Disposed of, it leaves nothing open. */
export interface Fixture extends AsyncDisposable {
  connect(): Promise<Pair>
}

/** What every transport must do. */
export function testTransport(name: string, start: (limits: TransportLimits) => Promise<Fixture>): void {
  suite(`a connection over ${name}`, () => {
    test('delivers packets whole and in order, both ways', async () => {
      await using fixture = await start(limits)
      const { client, server } = await fixture.connect()
      const sent = Array.from({ length: 200 }, (_, index) => new Uint8Array(index * 5).fill(index))

      for (const body of sent) client.send(dataPacket(body))
      const received = await take(server.packets, sent.length)
      for (const { body } of received) server.connection.send(dataPacket(body))
      const returned = await take(client.packets, sent.length)

      assert.deepEqual(bodies(received), bodies(sent))
      assert.deepEqual(bodies(returned), bodies(sent))
    })

    test('carries every type of packet', async () => {
      await using fixture = await start(limits)
      const { client, server } = await fixture.connect()

      for (const type of Object.values(PacketType)) client.send(encodePacket(type))
      const received = await take(server.packets, 5)

      assert.deepEqual(
        received.map(({ type }) => type),
        [1, 2, 3, 4, 5],
      )
    })

    test('takes a body of maxBodyBytes and closes as large over one more', async () => {
      await using fixture = await start(limits)
      const { client, server } = await fixture.connect()

      client.send(dataPacket(new Uint8Array(limits.maxBodyBytes)))
      const { body } = await server.packets.next()
      client.send(dataPacket(new Uint8Array(limits.maxBodyBytes + 1)))

      assert.equal(body.length, limits.maxBodyBytes)
      assert.equal(await server.closed, closeReasons.large)
      await client.closed
    })

    test('closes as large over a body that could never fit', async () => {
      await using fixture = await start(limits)
      const { client, server } = await fixture.connect()

      client.send(dataPacket(new Uint8Array(100 * limits.maxBodyBytes)))

      assert.equal(await server.closed, closeReasons.large)
      await client.closed
    })

    test('closes as protocol over bytes that are no packet', async () => {
      await using fixture = await start(limits)
      const { client, server } = await fixture.connect()

      client.send(Buffer.from('0900000161', 'hex'))

      assert.equal(await server.closed, closeReasons.protocol)
      await client.closed
    })

    test('sends what one turn says in one write', async (t) => {
      await using fixture = await start(limits)
      const { client, server } = await fixture.connect()
      const write = t.mock.method(Duplex.prototype, 'write')
      // the test runner writes too
      const countWrites = () =>
        write.mock.calls.filter((call) => String(call.arguments[0]).includes('word')).length

      for (const word of ['word a', 'word b', 'word c']) server.connection.send(dataPacket(Buffer.from(word)))
      const writesWithinTheTurn = countWrites()
      const waiting = server.connection.bufferedBytes
      const received = await take(client.packets, 3)

      assert.equal(writesWithinTheTurn, 0)
      assert.ok(waiting >= 3 * 10)
      assert.equal(countWrites(), 1)
      assert.deepEqual(received.map(text), ['word a', 'word b', 'word c'])
      // with TLS the client may have it before the server hears that it was written
      while (server.connection.bufferedBytes > 0) await turn()
    })

    test('sends a frame to many connections', async () => {
      await using fixture = await start(limits)
      const pairs = [await fixture.connect(), await fixture.connect(), await fixture.connect()]
      const framings = new Set(pairs.map(({ server }) => server.connection.framing))

      const frame = pairs[0]!.server.connection.framing.frame(dataPacket(Buffer.from('all')))
      for (const { server } of pairs) server.connection.sendFrame(frame)
      const received = await Promise.all(pairs.map(({ client }) => client.packets.next()))

      assert.equal(framings.size, 1)
      assert.deepEqual(received.map(text), ['all', 'all', 'all'])
    })

    test('closes as slow when the client does not read, having kept no more than maxBacklogBytes', async () => {
      await using fixture = await start(limits)
      const { client, server } = await fixture.connect()
      const packet = dataPacket(new Uint8Array(60_000))
      const backlogs: number[] = []

      client.pause()
      while (server.reasons.length === 0) {
        server.connection.send(packet)
        backlogs.push(server.connection.bufferedBytes)
        await turn()
      }
      client.resume()

      assert.deepEqual(server.reasons, [closeReasons.slow])
      assert.ok(Math.max(...backlogs) > limits.maxBacklogBytes / 2)
      // the packet that went past the limit, and a close frame
      assert.ok(Math.max(...backlogs) < limits.maxBacklogBytes + packet.length + 100)
      await client.closed
    })

    test('sends what came before close, then nothing', async () => {
      await using fixture = await start(limits)
      const { client, server } = await fixture.connect()

      server.connection.send(dataPacket(Buffer.from('before')))
      server.connection.close(closeReasons.kicked)
      server.connection.send(dataPacket(Buffer.from('after')))
      server.connection.sendFrame(server.connection.framing.frame(dataPacket(Buffer.from('after'))))
      await client.closed
      client.packets.push({ type: PacketType.kick, body: Buffer.from('the end') })
      const received = await take(client.packets, 2)

      assert.deepEqual(received.map(text), ['before', 'the end'])
    })

    test('sends a client that reads late all that waited when it was closed', async () => {
      await using fixture = await start(limits)
      const { client, server } = await fixture.connect()
      const packet = dataPacket(new Uint8Array(60_000))
      let sentCount = 0

      client.pause()
      while (server.connection.bufferedBytes < limits.maxBacklogBytes / 2) {
        server.connection.send(packet)
        sentCount++
        await turn()
      }
      server.connection.close(closeReasons.shutdown)
      client.resume()
      const received = await take(client.packets, sentCount)

      assert.ok(received.every(({ body }) => body.length === 60_000))
      assert.deepEqual(server.reasons, [closeReasons.shutdown])
      await client.closed
    })

    test('tells its handler once that it closed, after close has returned', async () => {
      await using fixture = await start(limits)
      const { client, server } = await fixture.connect()

      server.connection.close(closeReasons.kicked)
      const reasonsWithinClose = [...server.reasons]
      server.connection.close(closeReasons.shutdown)
      await client.closed
      client.vanish()
      await fixture.connect()

      assert.deepEqual(reasonsWithinClose, [])
      assert.deepEqual(server.reasons, [closeReasons.kicked])
    })

    test('delivers nothing after close, not even what arrived with the packet before', async () => {
      await using fixture = await start(limits)
      const { client, server } = await fixture.connect()
      server.onPacket = () => server.connection.close(closeReasons.kicked)

      client.send(Buffer.concat(['last', 'too late'].map((word) => dataPacket(Buffer.from(word)))))
      client.send(dataPacket(Buffer.from('later still')))
      await client.closed
      server.packets.push({ type: PacketType.kick, body: Buffer.from('the end') })
      const received = await take(server.packets, 2)

      assert.deepEqual(received.map(text), ['last', 'the end'])
    })

    test('closes as protocol when its handler throws a ProtocolError', async () => {
      await using fixture = await start(limits)
      const { client, server } = await fixture.connect()
      server.onPacket = () => {
        throw new ProtocolError('no such message')
      }

      client.send(dataPacket(Buffer.from('nonsense')))

      assert.equal(await server.closed, closeReasons.protocol)
      await client.closed
    })

    test('closes as client when the client says goodbye, behind what it sent', async () => {
      await using fixture = await start(limits)
      const { client, server } = await fixture.connect()

      client.send(dataPacket(Buffer.from('goodbye')))
      client.close()
      const last = await server.packets.next()

      assert.equal(text(last), 'goodbye')
      assert.equal(await server.closed, closeReasons.client)
      await client.closed
      assert.equal(server.reasons.length, 1)
    })

    test('closes as lost when the client vanishes', async () => {
      await using fixture = await start(limits)
      const { client, server } = await fixture.connect()

      client.vanish()
      const reason = await server.closed
      server.connection.send(dataPacket(Buffer.from('anyone?')))
      server.connection.close(closeReasons.kicked)
      await fixture.connect()

      assert.equal(reason, closeReasons.lost)
      assert.deepEqual(server.reasons, [closeReasons.lost])
    })
  })
}

export const limits: TransportLimits = { maxBodyBytes: 1_000, maxBacklogBytes: 262_144 }

export function dataPacket(body: Uint8Array): Uint8Array {
  return encodePacket(PacketType.data, body)
}

export async function take<T>(queue: Queue<T>, count: number): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, () => queue.next()))
}

export function text(packet: Packet): string {
  return Buffer.from(packet.body).toString()
}

function bodies(packets: readonly (Packet | Uint8Array)[]): string[] {
  return packets.map((packet) =>
    Buffer.from(packet instanceof Uint8Array ? packet : packet.body).toString('hex'),
  )
}
