import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  decodeMessage,
  encodeId,
  encodeNotify,
  encodeNotifyPacket,
  encodePacket,
  encodePush,
  encodePushPacket,
  encodeRequest,
  encodeRequestPacket,
  encodeResponse,
  encodeResponsePacket,
  encodeText,
  MessageType,
  PacketType,
  RouteDictionary,
} from '../src/index.ts'
import { fromHex, readVectors, toHex } from './vectors.ts'

test('messages have a flag, then an id, a route and a body as their type wants', () => {
  const empty = encodeText('{}')
  const dictionary = new RouteDictionary({ 'a.b.c': 3, onChat: 5 })

  assert.equal(toHex(encodeRequest(1, 'a.b.c', empty)), '000105612e622e637b7d')
  assert.equal(toHex(encodeRequest(1, 'a.b.c', encodeText('{"a":1}'), dictionary)), '010100037b2261223a317d')
  assert.equal(toHex(encodeNotify('a.b.c', empty)), '0205612e622e637b7d')
  assert.equal(toHex(encodeNotify('a.b.c', empty, dictionary)), '0300037b7d')
  assert.equal(
    toHex(encodeResponse(encodeId(128), encodeText('{"code":200}'))),
    '0480017b22636f6465223a3230307d',
  )
  assert.equal(toHex(encodePush('onChat', empty)), '06066f6e436861747b7d')
  assert.equal(toHex(encodePush('onChat', empty, dictionary)), '0700057b7d')
})

test('a route that the dictionary does not know is written in full', () => {
  assert.equal(toHex(encodePush('on', encodeText('{}'), new RouteDictionary({ onChat: 5 }))), '06026f6e7b7d')
})

test('ids are varints, the lowest group first', () => {
  const forms = {
    0: '00',
    1: '01',
    127: '7f',
    128: '8001',
    16383: 'ff7f',
    16384: '808001',
    2147483647: 'ffffffff07',
  }

  for (const [id, hex] of Object.entries(forms)) assert.equal(toHex(encodeId(Number(id))), hex)
})

test('an id that is no integer from 0 to 2^31 - 1 is refused', () => {
  for (const id of [-1, 2 ** 31, 1.5, Number.NaN, Infinity]) {
    assert.throws(() => encodeId(id), RangeError)
    assert.throws(() => encodeRequest(id, 'a', new Uint8Array(1)), RangeError)
  }
})

test('a route of 255 bytes of UTF-8 fits and no longer one', () => {
  const body = encodeText('{}')

  assert.equal(toHex(encodePush('中'.repeat(85), body)), `06ff${'e4b8ad'.repeat(85)}7b7d`)
  for (const route of ['r'.repeat(256), '中'.repeat(86), `${'r'.repeat(254)}é`]) {
    assert.throws(() => encodePush(route, body), RangeError)
    assert.throws(() => encodeRequestPacket(1, route, body), RangeError)
  }
})

test('a message too long for a packet is refused only in one', () => {
  const body = new Uint8Array(0xffffff - 1)

  assert.equal(encodeResponse(encodeId(1), body).length, 0xffffff + 1)
  assert.throws(() => encodeResponsePacket(encodeId(1), body), RangeError)
  assert.equal(toHex(encodeResponsePacket(encodeId(1), body.subarray(1)).subarray(0, 6)), '04ffffff0401')
})

interface Case {
  readonly op: 'encode' | 'decode'
  readonly name: string
  readonly input: {
    readonly id: number | string
    readonly type: number
    readonly compressRoute: 0 | 1
    readonly route: string | number | null
    readonly bodyHex: string | null
  }
  readonly hex: string
  readonly throws?: object
  readonly hangs?: boolean
}

const all = readVectors<Case>('message')
const vectors = all.cases.filter(({ op }) => op === 'encode')

/** Ids that break the bytes of Pomelo; beside them, Shaddock refuses all on which Pomelo throws or hangs. */
const refused = new Set(['request id 2^31', 'request id 2^32-1', 'response id 2^31'])

/** Pomelo sets bits of the flag that mean nothing there. Shaddock leaves them 0. */
const zeroedBits = new Map([
  ['response with compressRoute=1 keeps the flag bit but writes no route', 0x01],
  ['gzip flag on push', 0x10],
  ['gzip flag on response', 0x10],
  ['gzip + compressed route', 0x10],
])

/** What the functions of Shaddock have no parameter for. */
const notExpressible = new Set(['type 4', 'type -1'])

test('every vector of messages is covered', () => {
  const names = new Set(vectors.map(({ name }) => name))

  assert.equal(all.cases.length, all.count)
  assert.ok(all.cases.every(({ op }) => op === 'encode' || op === 'decode'))
  assert.equal(notExpressible.size, 2)
  for (const name of [...refused, ...zeroedBits.keys(), ...notExpressible]) {
    assert.ok(names.has(name), `no vector is called ${name}`)
  }
})

for (const vector of vectors.filter(({ name }) => !notExpressible.has(name))) {
  test(`message encoded as Pomelo, or better: ${vector.name}`, () => {
    if (vector.throws || vector.hangs || refused.has(vector.name)) {
      assert.throws(() => encodeAsWanted(vector.input), RangeError)
      return
    }
    const expected = fromHex(vector.hex)
    expected[0]! &= ~(zeroedBits.get(vector.name) ?? 0)

    assert.equal(toHex(encodeAsWanted(vector.input)), toHex(expected))
  })
}

function encodeAsWanted({ id, type, compressRoute, route, bodyHex }: Case['input']): Uint8Array {
  const body = fromHex(bodyHex ?? '')
  const dictionary = compressRoute ? new RouteDictionary([[String(route), route as number]]) : undefined
  if (type === MessageType.request) return encodeRequest(Number(id), String(route ?? ''), body, dictionary)
  if (type === MessageType.notify) return encodeNotify(String(route), body, dictionary)
  if (type === MessageType.response) return encodeResponse(encodeId(Number(id)), body)
  return encodePush(String(route), body, dictionary)
}

const route = fc.string({ unit: 'grapheme', maxLength: 60 }).filter((text) => encodeText(text).length <= 255)
const id = fc.integer({ min: 0, max: 2 ** 31 - 1 })
const code = fc.integer({ min: 0, max: 0xffff })
const body = fc.uint8Array({ maxLength: 80 })

test('messages survive encoding, compressed or not', () => {
  fc.assert(
    fc.property(id, route, body, fc.option(code), (sentId, sentRoute, sentBody, sentCode) => {
      const dictionary = sentCode === null ? undefined : new RouteDictionary([[sentRoute, sentCode]])
      const idBytes = encodeId(sentId)
      const none = { id: 0, idBytes: new Uint8Array(0) }

      assert.deepEqual(decodeMessage(encodeRequest(sentId, sentRoute, sentBody, dictionary), dictionary), {
        ...{ type: MessageType.request, id: sentId, idBytes, route: sentRoute, body: sentBody },
      })
      assert.deepEqual(decodeMessage(encodeNotify(sentRoute, sentBody, dictionary), dictionary), {
        ...{ type: MessageType.notify, ...none, route: sentRoute, body: sentBody },
      })
      assert.deepEqual(decodeMessage(encodeResponse(idBytes, sentBody), dictionary), {
        ...{ type: MessageType.response, id: sentId, idBytes, route: undefined, body: sentBody },
      })
      assert.deepEqual(decodeMessage(encodePush(sentRoute, sentBody, dictionary), dictionary), {
        ...{ type: MessageType.push, ...none, route: sentRoute, body: sentBody },
      })
    }),
  )
})

test('a message encoded in its packet is the packet of the message', () => {
  fc.assert(
    fc.property(id, route, body, fc.boolean(), (number, text, bytes, compressed) => {
      const dictionary = compressed ? new RouteDictionary([[text, 9]]) : undefined
      const packet = (message: Uint8Array): Uint8Array => encodePacket(PacketType.data, message)

      assert.deepEqual(
        encodeRequestPacket(number, text, bytes, dictionary),
        packet(encodeRequest(number, text, bytes, dictionary)),
      )
      assert.deepEqual(
        encodeNotifyPacket(text, bytes, dictionary),
        packet(encodeNotify(text, bytes, dictionary)),
      )
      assert.deepEqual(
        encodeResponsePacket(encodeId(number), bytes),
        packet(encodeResponse(encodeId(number), bytes)),
      )
      assert.deepEqual(encodePushPacket(text, bytes, dictionary), packet(encodePush(text, bytes, dictionary)))
    }),
  )
})
