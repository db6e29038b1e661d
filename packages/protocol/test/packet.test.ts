import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  BodyTooLargeError,
  decodePackets,
  encodePacket,
  maxPacketBodyBytes,
  PacketType,
  ProtocolError,
} from '../src/index.ts'
import { fromHex, readVectors, toHex } from './vectors.ts'

test('packets have a byte of type and three of length', () => {
  assert.equal(toHex(encodePacket(PacketType.ack)), '02000000')
  assert.equal(toHex(encodePacket(PacketType.heartbeat)), '03000000')
  assert.equal(toHex(encodePacket(PacketType.data, fromHex('ff'))), '04000001ff')
  assert.equal(
    toHex(encodePacket(PacketType.kick, fromHex('7b22726561736f6e223a226b69636b227d'))),
    '050000117b22726561736f6e223a226b69636b227d',
  )
})

interface Case {
  readonly op: 'encode' | 'decode'
  readonly name: string
  readonly type: PacketType
  readonly bodyHex: string | null
  readonly bodyRepeat?: { readonly byte: string; readonly count: number }
  readonly headHex: string
  readonly totalLength: number
  readonly hex: string
  readonly packages: readonly { readonly type: number; readonly bodyHex: string | null }[]
}

const vectors = readVectors<Case>('package')

/** What Pomelo reads as a packet and Shaddock refuses. */
const refused = new Set([
  'empty buffer',
  'one byte',
  'two bytes',
  'three bytes',
  'length larger than data',
  'declared 4095 bytes, none present',
  'trailing garbage byte',
  'unknown type 0',
  'unknown type 9',
])

test('every vector of packets is covered', () => {
  const names = new Set(vectors.cases.map((vector) => vector.name))

  assert.equal(vectors.cases.length, vectors.count)
  for (const name of refused) assert.ok(names.has(name), `no vector is called ${name}`)
})

for (const vector of vectors.cases) {
  test(`packet ${vector.op} as Pomelo, or better: ${vector.name}`, () =>
    vector.op === 'encode' ? checkEncode(vector) : checkDecode(vector))
}

function checkEncode({ type, bodyHex, bodyRepeat, headHex, totalLength, hex }: Case): void {
  if (!bodyRepeat) {
    assert.equal(toHex(encodePacket(type, bodyHex === null ? undefined : fromHex(bodyHex))), hex)
    return
  }
  const body = new Uint8Array(bodyRepeat.count).fill(Number.parseInt(bodyRepeat.byte, 16))
  if (body.length > maxPacketBodyBytes) {
    assert.throws(() => encodePacket(type, body), RangeError)
    return
  }
  const packet = encodePacket(type, body)
  assert.equal(toHex(packet.subarray(0, 4)), headHex)
  assert.equal(packet.length, totalLength)
  assert.deepEqual(packet.subarray(4), body)
}

function checkDecode({ name, hex, packages }: Case): void {
  const frame = fromHex(hex)
  if (refused.has(name)) {
    assert.throws(() => decodePackets(frame, maxPacketBodyBytes), ProtocolError)
    return
  }
  assert.deepEqual(
    decodePackets(frame, maxPacketBodyBytes).map(({ type, body }) => ({ type, bodyHex: toHex(body) })),
    packages.map(({ type, bodyHex }) => ({ type, bodyHex: bodyHex ?? '' })),
  )
}

test('a body over the limit has an error of its own, even before its bytes came', () => {
  const tooLarge = { name: 'BodyTooLargeError', message: 'body of 3 bytes exceeds maxBodyBytes 2' }

  assert.throws(() => decodePackets(fromHex('04000003616263'), 2), tooLarge)
  assert.throws(() => decodePackets(fromHex('04000003'), 2), tooLarge)
  assert.throws(() => decodePackets(fromHex('0400000261620400000361626304'), 2), BodyTooLargeError)
  assert.ok(new BodyTooLargeError() instanceof ProtocolError)
  assert.equal(decodePackets(fromHex('04000003616263'), 3).length, 1)
})

test('an error says where a frame ends', () => {
  const cut = (hex: string) => () => decodePackets(fromHex(hex), 10)

  assert.throws(cut(''), new ProtocolError('frame without a packet'))
  assert.throws(cut('03000000 040000'), new ProtocolError('frame ends within the head of a packet'))
  assert.throws(cut('04000002 61'), new ProtocolError('frame ends within the body of a packet'))
  assert.throws(cut('03000000 00000000'), new ProtocolError('unknown packet type 0'))
})

test('bodies are views of the frame', () => {
  const frame = fromHex('0400000161 0400000162')

  assert.ok(decodePackets(frame, 1).every(({ body }) => body.buffer === frame.buffer))
})

test('packets survive encoding, alone and joined in one frame', () => {
  const packet = fc.record(
    { type: fc.constantFrom(...Object.values(PacketType)), body: fc.uint8Array({ maxLength: 300 }) },
    { noNullPrototype: true },
  )

  fc.assert(
    fc.property(fc.array(packet, { minLength: 1, maxLength: 5 }), (sent) => {
      const frame = Uint8Array.from(sent.flatMap(({ type, body }) => [...encodePacket(type, body)]))

      assert.deepEqual(decodePackets(frame, 300), sent)
    }),
  )
})

test('any frame is packets or a ProtocolError', () => {
  const plausible = fc
    .tuple(fc.integer({ min: 0, max: 6 }), fc.integer({ min: 0, max: 8 }), fc.uint8Array({ maxLength: 16 }))
    .map(([type, length, rest]) => Uint8Array.of(type, 0, 0, length, ...rest))

  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 32 }), plausible), (frame) => {
      try {
        const packets = decodePackets(frame, 6)
        assert.deepEqual(Uint8Array.from(packets.flatMap((p) => [...encodePacket(p.type, p.body)])), frame)
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error))
      }
    }),
  )
})
