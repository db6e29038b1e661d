import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodePacket, PacketType } from '@shaddock/protocol'
import fc from 'fast-check'
import { Cutter } from '../../src/load/cutter.ts'
import { payloadAt, tcpFraming, webSocketFraming } from '../../src/load/framing.ts'
import type { Framing } from '../../src/load/framing.ts'

/** What a server sends: lengths on both sides of where the head grows. */
const payloads = fc.array(
  fc
    .oneof(fc.nat(300), fc.constantFrom(125, 126, 127, 65_535, 65_536))
    .map((length) => Buffer.alloc(length, length)),
  { minLength: 1, maxLength: 8 },
)
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 })

test('WebSocket frames are the same however the stream is split', () => {
  fc.assert(
    fc.property(payloads, cuts, (sent, places) => {
      const received = cut(webSocketFraming, Buffer.concat(sent.map(toFrame)), places)

      assert.deepEqual(
        received.map((frame) => frame.subarray(payloadAt(frame, 0))),
        sent,
      )
    }),
  )
})

test('TCP packets are the same however the stream is split', () => {
  fc.assert(
    fc.property(payloads, cuts, (bodies, places) => {
      const sent = bodies.map((body) => Buffer.from(encodePacket(PacketType.data, body)))

      assert.deepEqual(cut(tcpFraming, Buffer.concat(sent), places), sent)
    }),
  )
})

test('a stream that comes byte by byte is cut', () => {
  const sent = [Buffer.alloc(3, 1), Buffer.alloc(200, 2)]
  const stream = Buffer.concat(sent.map(toFrame))

  const received = cut(
    webSocketFraming,
    stream,
    [...stream.keys()].map((at) => at / stream.length),
  )

  assert.deepEqual(
    received.map((frame) => frame.subarray(payloadAt(frame, 0))),
    sent,
  )
})

test('the chunk may be overwritten once it was read', () => {
  const received: Buffer[] = []
  const cutter = new Cutter(tcpFraming.sizeAt, (bytes, start, end) =>
    received.push(Buffer.from(bytes.subarray(start, end))),
  )
  const packet = Buffer.from(encodePacket(PacketType.data, Buffer.from('abcdef')))
  const chunk = Buffer.from(packet.subarray(0, 7))

  cutter.read(chunk, chunk.length)
  chunk.fill(0)
  cutter.read(Buffer.from(packet.subarray(7)), packet.length - 7)

  assert.deepEqual(received, [packet])
})

test('a cutter that was stopped delivers nothing more', () => {
  let count = 0
  const cutter: Cutter = new Cutter(tcpFraming.sizeAt, () => {
    count++
    cutter.stop()
  })
  const packets = Buffer.concat([encodePacket(PacketType.ack), encodePacket(PacketType.ack)])

  cutter.read(packets, packets.length)
  cutter.read(packets, packets.length)

  assert.equal(count, 1)
})

test('a masked frame from a server is refused', () => {
  const cutter = new Cutter(webSocketFraming.sizeAt, () => undefined)

  assert.throws(() => cutter.read(Buffer.from('828100000000ff', 'hex'), 7), {
    message: 'the server sent a masked frame',
  })
})

test("a client's frame has a mask of zeros", () => {
  assert.equal(webSocketFraming.wrap(Buffer.from('04000000', 'hex')).toString('hex'), '82840000000004000000')
})

function cut(framing: Framing, stream: Buffer, places: readonly number[]): Buffer[] {
  const units: Buffer[] = []
  const cutter = new Cutter(framing.sizeAt, (bytes, start, end) =>
    units.push(Buffer.from(bytes.subarray(start, end))),
  )
  const ends = [...places.map((place) => Math.floor(place * stream.length)), stream.length].sort(
    (a, b) => a - b,
  )
  let from = 0
  for (const end of ends) {
    // bytes behind the length are of an earlier read
    const chunk = Buffer.concat([stream.subarray(from, end), Buffer.alloc(16, 0xff)])
    cutter.read(chunk, end - from)
    from = end
  }
  return units
}

/** As a server frames it: without a mask. */
function toFrame(payload: Buffer): Buffer {
  const { length } = payload
  const head = Buffer.alloc(length < 126 ? 2 : length < 0x10000 ? 4 : 10)
  head[0] = 0x82
  head[1] = length < 126 ? length : length < 0x10000 ? 126 : 127
  if (head.length === 4) head.writeUInt16BE(length, 2)
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2)
  return Buffer.concat([head, payload])
}
