import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { BodyTooLargeError, encodePacket, PacketReader, PacketType, ProtocolError } from '../src/index.ts'
import { fromHex, readVectors, toHex } from './vectors.ts'

interface Case {
  readonly name: string
  readonly chunks: readonly string[]
  readonly messages: readonly string[]
  readonly closed: boolean
}

const vectors = readVectors<Case>('tcp-stream')

test('every vector of streams is covered', () => {
  assert.equal(vectors.cases.length, vectors.count)
})

for (const { name, chunks, messages, closed } of vectors.cases) {
  test(`a stream gives the packets that Pomelo saw: ${name}`, () => {
    const { received, error } = readAll(chunks.map(fromHex), 0xffffff)

    assert.deepEqual(received, messages)
    assert.equal(error instanceof ProtocolError, closed)
  })
}

/** Reads chunks until one of them throws. */
function readAll(
  chunks: readonly Uint8Array[],
  maxBodyBytes: number,
): { received: string[]; error: unknown } {
  const reader = new PacketReader(maxBodyBytes)
  const received: string[] = []
  try {
    for (const chunk of chunks)
      reader.read(chunk, (type, body) => received.push(toHex(encodePacket(type, body))))
    return { received, error: undefined }
  } catch (error) {
    return { received, error }
  }
}

const example = [
  '0100000a7b22737973223a7b7d7d',
  '02000000',
  '0400000178',
  '04000000',
  '040000050102030405',
  '03000000',
]

test('a stream cut in two at any byte gives the same packets', () => {
  const stream = fromHex(example.join(''))

  for (let cut = 0; cut <= stream.length; cut++) {
    const { received, error } = readAll([stream.subarray(0, cut), stream.subarray(cut)], 10)
    assert.ifError(error)
    assert.deepEqual(received, example, `cut at ${cut}`)
  }
})

test('a stream cut at random gives the same packets', () => {
  const packet = fc
    .tuple(fc.constantFrom(...Object.values(PacketType)), fc.uint8Array({ maxLength: 200 }))
    .map(([type, body]) => encodePacket(type, body))

  fc.assert(
    fc.property(fc.array(packet), fc.infiniteStream(fc.integer({ min: 1, max: 90 })), (packets, sizes) => {
      const stream = Uint8Array.from(packets.flatMap((bytes) => [...bytes]))
      const chunks: Uint8Array[] = []
      for (let at = 0; at < stream.length; at += chunks.at(-1)!.length) {
        chunks.push(stream.slice(at, at + (sizes.next().value as number)))
      }

      const { received, error } = readAll(chunks, 200)

      assert.ifError(error)
      assert.deepEqual(received, packets.map(toHex))
    }),
  )
})

test('any stream is packets or a ProtocolError', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 12 })), (chunks) => {
      const { error } = readAll(chunks, 100)

      assert.ok(error === undefined || error instanceof ProtocolError, String(error))
    }),
  )
})

test('a long body that comes byte by byte is whole', () => {
  const reader = new PacketReader(200_000)
  const sent = encodePacket(
    PacketType.data,
    Uint8Array.from({ length: 200_000 }, (_, index) => index % 251),
  )
  const bodies: Uint8Array[] = []

  for (let at = 0; at < sent.length; at++)
    reader.read(sent.subarray(at, at + 1), (_type, body) => bodies.push(body))

  assert.deepEqual(bodies, [sent.subarray(4)])
})

test('a body that lies whole in a chunk is a view of it', () => {
  const reader = new PacketReader(3)
  const chunk = fromHex('616263 0400000178')
  const bodies: Uint8Array[] = []

  reader.read(fromHex('04000003'), assert.fail)
  reader.read(chunk, (_type, body) => bodies.push(body))

  assert.deepEqual(bodies, [fromHex('616263'), fromHex('78')])
  assert.ok(bodies.every((body) => body.buffer === chunk.buffer))
})

test('a body that came in pieces does not share memory with the chunks', () => {
  const reader = new PacketReader(3)
  const chunk = fromHex('04000003 61')
  const bodies: Uint8Array[] = []

  reader.read(chunk, assert.fail)
  chunk.fill(0)
  reader.read(fromHex('6263'), (_type, body) => bodies.push(body))
  reader.read(fromHex('0400000278'), assert.fail)
  reader.read(fromHex('79'), (_type, body) => bodies.push(body))

  assert.deepEqual(bodies.map(toHex), ['616263', '7879'])
})

test('an announced length takes no memory before its bytes come', () => {
  const before = process.memoryUsage().arrayBuffers

  const readers = Array.from({ length: 100 }, () => new PacketReader(0xffffff))
  for (const reader of readers) reader.read(fromHex('04ffffff 616263'), assert.fail)

  assert.ok(process.memoryUsage().arrayBuffers - before < 0xffffff)
})

test('a body over the limit is refused at its head', () => {
  const { received, error } = readAll([fromHex('0300000004000003'), fromHex('616263')], 2)

  assert.deepEqual(received, ['03000000'])
  assert.ok(error instanceof BodyTooLargeError)
  assert.equal(error.message, 'body of 3 bytes exceeds maxBodyBytes 2')
})

test('after a violation nothing is delivered', () => {
  const reader = new PacketReader(10)
  const received: PacketType[] = []

  assert.throws(
    () => reader.read(fromHex('03000000 09000000 03000000'), (type) => received.push(type)),
    ProtocolError,
  )
  reader.read(fromHex('03000000'), (type) => received.push(type))

  assert.deepEqual(received, [PacketType.heartbeat])
})

test('an error of the listener reaches the caller, and nothing is delivered after it', () => {
  const reader = new PacketReader(10)
  const broken = new Error('broken')
  const fail = (): never => {
    throw broken
  }

  assert.throws(() => reader.read(fromHex('0400000261620300'), fail), broken)
  reader.read(fromHex('0000'), assert.fail)
  reader.read(fromHex('03000000'), assert.fail)
})

test('a listener that stops the reader gets nothing more of the chunk', () => {
  const reader = new PacketReader(10)
  const received: PacketType[] = []

  reader.read(fromHex('02000000 03000000'), (type) => {
    received.push(type)
    reader.stop()
  })
  reader.read(fromHex('03000000'), assert.fail)

  assert.deepEqual(received, [PacketType.ack])
})
