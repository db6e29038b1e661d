import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeFrames, frameKinds, frameOf, FrameReader, maxBodyBytes } from '../../src/bus/frame.ts'
import type { Frame } from '../../src/bus/frame.ts'
import { bytes } from './messages.ts'

const frames = fc.array(
  fc.record(
    {
      kind: fc.constantFrom(...Object.values(frameKinds)),
      subject: fc.nat(0xffffffff),
      request: fc.nat(0xffffffff),
      body: fc.uint8Array({ maxLength: 40 }),
    },
    { noNullPrototype: true },
  ),
)

test('a request is its length, kind, subject, id and body', () => {
  const request = frameOf(frameKinds.request, 3, 0xfffffffe, bytes('hi'))

  assert.equal(
    Buffer.from(encodeFrames([request])).toString('hex'),
    '0000000b' + '06' + '00000003' + 'fffffffe' + '6869',
  )
})

test('frames follow one another without a gap', () => {
  const joined = encodeFrames([frameOf(frameKinds.unsubscribe, 1), frameOf(frameKinds.unheard, 0, 2)])

  assert.equal(
    Buffer.from(joined).toString('hex'),
    '00000009040000000100000000' + '00000009080000000000000002',
  )
})

test('what is encoded is read back, wherever the stream is cut', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat(), { maxLength: 20 }), (sent, cuts) => {
      const stream = Buffer.from(encodeFrames(sent))
      const ends = cuts.map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b)

      const received = read([...ends, stream.length].map((end, i) => stream.subarray(ends[i - 1] ?? 0, end)))

      assert.deepEqual(received, sent)
    }),
  )
})

test('a stream that arrives byte by byte is read too', () => {
  fc.assert(
    fc.property(frames, (sent) => {
      assert.deepEqual(read(Array.from(encodeFrames(sent), (byte) => Buffer.of(byte))), sent)
    }),
  )
})

test('a body of any length up to the limit is announced without harm', () => {
  assert.deepEqual(read([head(9 + maxBodyBytes)]), [])
})

test('a body past the limit is refused when its length is known', () => {
  assert.throws(() => read([head(9 + maxBodyBytes + 1)]), {
    name: 'ProtocolError',
    message: 'frame body of 67108865 bytes exceeds 67108864',
  })
})

test('a frame shorter than its head is refused', () => {
  assert.throws(() => read([head(8)]), {
    name: 'ProtocolError',
    message: 'frame of 8 bytes is shorter than its head',
  })
})

test('a frame of an unknown kind is refused', () => {
  for (const kind of ['00', '09', 'ff']) {
    const stream = Buffer.from('00000009' + kind + '0000000000000000', 'hex')

    assert.throws(() => read([stream]), { name: 'ProtocolError' })
  }
})

test('any bytes are frames or a ProtocolError', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 20 })), fc.boolean(), (chunks, framed) => {
      try {
        read(chunks.map((chunk) => Buffer.concat(framed ? [head(chunk.length), chunk] : [chunk])))
      } catch (error) {
        assert.equal((error as Error).name, 'ProtocolError')
      }
    }),
  )
})

test('a long frame is not copied again for each of its chunks', (t) => {
  const concat = t.mock.method(Buffer, 'concat').mock
  const body = new Uint8Array(16 * 1024 * 1024).fill(7)
  const stream = Buffer.from(encodeFrames([frameOf(frameKinds.publish, 1, 0, body)]))
  const chunks = Array.from({ length: Math.ceil(stream.length / 1024) }, (_, i) =>
    stream.subarray(i * 1024, (i + 1) * 1024),
  )

  const received = read(chunks)

  assert.equal(concat.callCount(), 1)
  assert.equal(Buffer.compare(received[0]!.body, body), 0)
})

function read(chunks: readonly Buffer[]): Frame[] {
  const received: Frame[] = []
  const reader = new FrameReader((frame) => received.push(frame))
  for (const chunk of chunks) reader.read(chunk)
  return received
}

/** The first bytes of a frame that says how long it will be. */
function head(length: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length)
  return bytes
}
