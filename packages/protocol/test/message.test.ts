import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  decodeMessage,
  encodeResponse,
  isUnknownMessage,
  MessageType,
  ProtocolError,
  RouteDictionary,
} from '../src/index.ts'
import { fromHex, readVectors, toHex } from './vectors.ts'

test('a request has a flag, an id, a route and a body', () => {
  assert.deepEqual(decodeMessage(fromHex('0001 05 612e622e63 7b7d')), {
    type: MessageType.request,
    id: 1,
    idBytes: fromHex('01'),
    route: 'a.b.c',
    body: fromHex('7b7d'),
  })
})

test('a route may come as a code', () => {
  const dictionary = new RouteDictionary({ 'a.b.c': 3, onChat: 258 })

  assert.equal(decodeMessage(fromHex('0101 0003 7b2261223a317d'), dictionary).route, 'a.b.c')
  assert.equal(decodeMessage(fromHex('07 0102 7b7d'), dictionary).route, 'onChat')
  assert.equal(decodeMessage(fromHex('0001 06 6f6e43686174 7b7d'), dictionary).route, 'onChat')
})

test('a request with an unknown code can still be answered', () => {
  const unknown = {
    type: MessageType.request,
    id: 1,
    idBytes: fromHex('01'),
    route: undefined,
    body: fromHex('7b7d'),
  }

  assert.deepEqual(decodeMessage(fromHex('0101 0004 7b7d'), new RouteDictionary({ 'a.b.c': 3 })), unknown)
  assert.deepEqual(decodeMessage(fromHex('0101 0004 7b7d')), unknown)
})

test('a notify and a push have no id, a response has no route', () => {
  const notify = decodeMessage(fromHex('02 05 612e622e63 7b7d'))
  const push = decodeMessage(fromHex('06 06 6f6e43686174 7b7d'))
  const response = decodeMessage(fromHex('048001 7b22636f6465223a3230307d'))

  assert.deepEqual([notify.type, notify.id, notify.idBytes.length, notify.route], [1, 0, 0, 'a.b.c'])
  assert.deepEqual([push.type, push.id, push.idBytes.length, push.route], [3, 0, 0, 'onChat'])
  assert.deepEqual([response.type, response.id, response.route], [2, 128, undefined])
  assert.equal(toHex(response.body), '7b22636f6465223a3230307d')
})

interface Case {
  readonly op: 'encode' | 'decode'
  readonly name: string
  readonly hex: string
  readonly throws?: object
  readonly message: {
    readonly id: number
    readonly type: MessageType
    readonly compressRoute: 0 | 1
    readonly route: string | number | null
    readonly bodyHex: string
  }
}

/** What Pomelo reads as a message, often to its own harm, and Shaddock refuses, beside all on which it throws. */
const refused = new Set([
  'five byte id 2^31',
  'five byte id 2^32-1',
  'six byte id',
  'type 4 (unknown)',
  'type 7, all flag bits',
])

const vectors = readVectors<Case>('message').cases.filter(({ op }) => op === 'decode')

test('a type that is none of ours is told by the flag', () => {
  for (const hex of ['08', '0a', 'ef', 'ff']) assert.equal(isUnknownMessage(fromHex(hex)), true, hex)
  for (const hex of ['', '00', '07', 'f6']) assert.equal(isUnknownMessage(fromHex(hex)), false, hex)
})

test('every vector that Shaddock refuses exists', () => {
  const names = new Set(vectors.map(({ name }) => name))

  for (const name of refused) assert.ok(names.has(name), `no vector is called ${name}`)
})

for (const { name, hex, throws, message } of vectors) {
  test(`message decoded as Pomelo, or better: ${name}`, () => {
    if (throws || refused.has(name)) {
      assert.throws(() => decodeMessage(fromHex(hex)), ProtocolError)
      return
    }
    const { id, type, route, bodyHex } = message
    const dictionary =
      typeof route === 'number' ? new RouteDictionary({ [`route ${route}`]: route }) : undefined
    const expectedRoute = typeof route === 'number' ? `route ${route}` : (route ?? undefined)

    const decoded = decodeMessage(fromHex(hex), dictionary)

    assert.deepEqual([decoded.id, decoded.type, decoded.route], [id, type, expectedRoute])
    assert.equal(toHex(decoded.body), bodyHex)
  })
}

test('an id of five bytes may be 2^31 - 1 and no more', () => {
  assert.equal(decodeMessage(fromHex('04 ffffffff07')).id, 2 ** 31 - 1)
  assert.throws(
    () => decodeMessage(fromHex('04 8080808008')),
    new ProtocolError('id 2147483648 exceeds 2147483647'),
  )
  assert.throws(() => decodeMessage(fromHex('04 808080808000')), new ProtocolError('id of over 5 bytes'))
  assert.equal(decodeMessage(fromHex('04 8080808000')).id, 0)
})

test('a message cut anywhere before its body is a ProtocolError', () => {
  for (const whole of [
    '00 ff01 03 612e62',
    '01 ff01 0003',
    '02 03 612e62',
    '03 0003',
    '04 ff01',
    '06 03 612e62',
  ]) {
    const bytes = fromHex(whole)
    assert.equal(decodeMessage(bytes).body.length, 0)
    for (let cut = 0; cut < bytes.length; cut++) {
      assert.throws(() => decodeMessage(bytes.subarray(0, cut)), ProtocolError, `${whole} cut at ${cut}`)
    }
  }
})

test('a response repeats the bytes of the id of any request', () => {
  const littleEndian = (id: number): number[] =>
    id < 128 ? [id] : [(id % 128) | 128, ...littleEndian(id >> 7)]
  const bigEndian = (id: number): number[] =>
    littleEndian(id)
      .reverse()
      .map((group, index, { length }) => (index < length - 1 ? group | 128 : group & 127))
  const overlong = (id: number): number[] => [...littleEndian(id).map((group) => group | 128), 0]
  const id = fc.integer({ min: 0, max: 2 ** 28 - 1 })
  const form = fc.constantFrom(littleEndian, bigEndian, overlong)

  assert.deepEqual(bigEndian(300), [0x82, 0x2c])
  assert.deepEqual(overlong(1), [0x81, 0x00])
  fc.assert(
    fc.property(id, form, (number, write) => {
      const idBytes = write(number)
      const request = decodeMessage(Uint8Array.of(0, ...idBytes, 1, 0x61, 0x78))

      assert.deepEqual(encodeResponse(request.idBytes, request.body), Uint8Array.of(4, ...idBytes, 0x78))
      assert.equal(request.id === 0, number === 0)
    }),
  )
})

test('the bytes of an id do not keep the received chunk in memory', () => {
  const chunk = new Uint8Array(65_536)

  assert.notEqual(decodeMessage(chunk).idBytes.buffer, chunk.buffer)
})

test('any bytes are a message or a ProtocolError', () => {
  const dictionary = new RouteDictionary({ a: 0, b: 1 })
  const plausible = fc
    .tuple(fc.integer({ min: 0, max: 8 }), fc.uint8Array({ maxLength: 16 }))
    .map(([flag, rest]) => Uint8Array.of(flag, ...rest))

  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 40 }), plausible), (bytes) => {
      try {
        const { type, id, idBytes } = decodeMessage(bytes, dictionary)
        assert.ok(type <= 3 && id >= 0 && id <= 2 ** 31 - 1 && idBytes.length <= 5)
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error))
      }
    }),
  )
})
