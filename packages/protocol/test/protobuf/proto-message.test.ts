import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileProtos, parseProtos, ProtocolError, type TextForm } from '../../src/index.ts'
import { fromHex, readVectors, toHex } from '../vectors.ts'

interface Case {
  readonly op: 'encode' | 'decode'
  readonly route: string
  readonly msg?: unknown
  readonly hex?: string | null
  readonly decoded?: unknown
  readonly throws?: object
}

interface BrowserCase {
  readonly route: string
  readonly msg: unknown
  readonly browserHex: string | null
  readonly serverDecodesBrowser?: { readonly throws?: object }
}

const vectors = readVectors<Case>('protobuf') as ReturnType<typeof readVectors<Case>> & {
  readonly protos: object
  readonly parsed: object
}
const browserVectors = readVectors<BrowserCase>('protobuf-browser')
const protos = compileProtos(parseProtos(vectors.protos))

/** Returns what the vectors write as `{"$num":"NaN"}` and `{"$undefined":true}`. */
function revive(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revive)
  if (typeof value !== 'object' || value === null) return value
  if ('$num' in value) return Number(value.$num)
  if ('$undefined' in value) return undefined
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revive(each)]))
}

const unknownRoute = 'nosuchroute'

/** What Pomelo's encoder crashes on, and is encoded here. */
const mended = new Map([
  // null and undefined are absent, a number is a text, and the buffer grows
  ['one_u {"v":null}', ''],
  ['one_u {}', ''],
  ['one_str {"v":null}', ''],
  ['one_str {"v":5}', '0a0135'],
  ['unk64 {"vs":[5,6]}', '1212'],
  [
    'rep_d {"v":[1,2,3,4,5,6,7,8,9,1,2,3,4,5,6,7,8,9]}',
    `0912${[1, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9]
      .map((value) => toHex(new Uint8Array(Float64Array.of(value).buffer)))
      .join('')}`,
  ],
])

test('every vector of protobuf is covered', () => {
  assert.equal(vectors.cases.length, vectors.count)
  assert.equal(browserVectors.cases.length, browserVectors.count)
  assert.deepEqual(JSON.parse(JSON.stringify(parseProtos(vectors.protos))), vectors.parsed)
})

test('a route without a definition has no codec', () => {
  assert.equal(protos.has(unknownRoute), false)
})

for (const { op, route, msg, hex, decoded, throws } of vectors.cases) {
  if (route === unknownRoute) continue
  const codec = protos.get(route)!
  const value = revive(msg)
  const name = `${route} ${op === 'encode' ? JSON.stringify(value).slice(0, 60) : `'${hex}'`}`
  if (op === 'decode') {
    test(`bytes are read as by Pomelo: ${name}`, () => {
      const decode = () => codec.decode(fromHex(hex!))

      // Pomelo takes a string that is cut off for a shorter one
      if (throws || hex === '0a0568') assert.throws(decode, ProtocolError)
      else assert.deepEqual(decode(), revive(decoded))
    })
  } else if (throws) {
    test(`what Pomelo's encoder crashes on is a TypeError or encoded: ${name}`, () => {
      const expected = mended.get(`${route} ${JSON.stringify(value)}`)

      if (expected === undefined) assert.throws(() => codec.encode(value), TypeError)
      else assert.equal(toHex(codec.encode(value)), expected)
    })
  } else if (hex === null) {
    test(`what Pomelo sends as an empty body is a TypeError or no bytes: ${name}`, () => {
      try {
        assert.equal(codec.encode(value).length, 0)
      } catch (error) {
        assert.ok(error instanceof TypeError)
      }
    })
  } else {
    test(`a value is written to the bytes of Pomelo, and read again: ${name}`, () => {
      const bytes = codec.encode(value)

      assert.equal(toHex(bytes), hex)
      assert.deepEqual(codec.decode(bytes), revive(decoded))
    })
  }
}

for (const { route, msg, browserHex, serverDecodesBrowser } of browserVectors.cases) {
  if (browserHex === null) continue
  test(`what a browser of Pomelo writes is read: ${route} ${JSON.stringify(msg)}`, () => {
    const decode = () => protos.get(route)!.decode(fromHex(browserHex))

    // its buffer is too short for short numbers of eight bytes, and it sends what fits
    if (serverDecodesBrowser?.throws) assert.throws(decode, ProtocolError)
    else assert.deepEqual(decode(), msg)
  })
}

test('a browser of Pomelo is written the text that it reads, and a browser is read', () => {
  const codec = protos.get('one_str')!
  const value = { v: 'aé你😀z' }

  assert.equal(toHex(codec.encode(value, 'cesu8')), '0a0d61c3a9e4bda0eda0bdedb8807a')
  assert.equal(toHex(codec.encode(value)), '0a0b61c3a9e4bda0f09f98807a')
  assert.deepEqual(codec.decode(codec.encode(value, 'cesu8')), value)
  assert.equal(toHex(codec.encode({ v: '\ud83d' }, 'cesu8')), '0a03eda0bd')
})

test('texts and messages of any length have the shortest length before them', () => {
  for (const length of [0, 1, 64, 65, 127, 128, 16_383, 16_384, 100_000]) {
    for (const letter of ['x', 'é']) {
      const value = { a: { b: { s: letter.repeat(length) }, bs: [{ s: 'y'.repeat(length) }] } }

      assert.deepEqual(protos.get('deep')!.decode(protos.get('deep')!.encode(value)), value)
    }
  }
  assert.equal(
    toHex(
      protos
        .get('one_str')!
        .encode({ v: 'é'.repeat(64) })
        .subarray(0, 3),
    ),
    '0a8001',
  )
  assert.equal(
    toHex(
      protos
        .get('deep')!
        .encode({ a: { b: { s: 'x'.repeat(126) } } })
        .subarray(0, 8),
    ),
    '0a83010a80010a7e',
  )
})

test('an encoded message is its own bytes, also while another is encoded inside it', () => {
  const codec = protos.get('req')!
  const inner: string[] = []
  const value = {
    a: 'x',
    get b() {
      inner.push(toHex(codec.encode({ a: 'inner', b: 1 })))
      return 2
    },
  }

  const first = codec.encode(value)
  codec.encode({ a: 'other', b: 3 })

  assert.equal(toHex(first), '0a01781002')
  assert.ok(inner.every((hex) => hex === '0a05696e6e65721001'))
})

test('an error of encoding names the field and what it may be', () => {
  const refused = [
    ['req', { a: 'x' }, /^field b is required$/],
    ['req', { a: 'x', b: null }, /^field b is required$/],
    ['req', { a: {}, b: 1 }, /^field a: expected a string, got object$/],
    ['req', { a: 'x', b: -1 }, /^field b: expected an integer from 0, got -1$/],
    ['one_i', { v: 'x' }, /^field v: expected an integer, got string$/],
    ['one_i', { v: Infinity }, /^field v: expected an integer, got Infinity$/],
    ['one_i', { v: '9'.repeat(400) }, /^field v: expected an integer, got string$/],
    ['one_f', { v: {} }, /^field v: expected a number, got object$/],
    ['one_u', { v: true }, /^field v: expected an integer from 0, got boolean$/],
    ['rep_u', { v: 5 }, /^field v: expected an array, got 5$/],
    ['nest', { entityId: 1, one: 5 }, /^field one: expected an object, got 5$/],
    ['nest', { entityId: 1, path: [null] }, /^field path: expected an object, got object$/],
    ['one_u', 'text', /expected an object, got string$/],
    ['one_u', null, /expected an object, got object$/],
  ] as const

  for (const [route, value, message] of refused) {
    assert.throws(() => protos.get(route)!.encode(value), { name: 'TypeError', message })
  }
  // and the encoder is as good as before
  assert.equal(toHex(protos.get('req')!.encode({ a: 'x', b: 0 })), '0a01781000')
})

test('a value without any of the fields is encoded partly as an empty field, never as nothing', () => {
  const partly = (route: string, value: unknown): string => toHex(protos.get(route)!.encodePartly(value))

  assert.equal(partly('req', { a: 'x' }), '0a0178')
  assert.equal(partly('req', { b: 500, message: 'x' }), '10f403')
  assert.equal(partly('req', { a: {}, b: 1 }), '1001')
  assert.equal(partly('req', {}), '0a00')
  assert.equal(partly('one_u', null), '0800')
  assert.equal(partly('one_f', 'text'), '0d00000000')
  assert.equal(partly('one_d', {}), '090000000000000000')
  assert.equal(partly('rep_d', { v: [] }), '0900')
  assert.equal(partly('nest', { one: { x: 1, y: 2 }, path: [{ x: 1 }] }), '1a0408011002')
  for (const route of ['req', 'one_u', 'one_f', 'one_d', 'rep_d', 'rep_str', 'nest', 'deep']) {
    const codec = protos.get(route)!
    assert.ok(codec.decode(codec.encodePartly({})))
  }
})

test('a cycle and messages nested too deep are errors, not an overflow of the stack', () => {
  const codec = compileProtos(parseProtos({ 'message M': { 'optional M m': 1 } })).get('message M')!
  const cycle: { m?: unknown } = {}
  cycle.m = cycle
  const sizes = [0]
  for (let size = 0; sizes.length < 150; sizes.push(size)) size += 1 + (size < 128 ? 1 : 2)
  const deep = sizes
    .reverse()
    .flatMap((size) => (size < 128 ? [0x0a, size] : [0x0a, (size & 0x7f) | 0x80, size >> 7]))

  assert.throws(() => codec.encode(cycle), TypeError)
  assert.throws(() => codec.decode(Uint8Array.from(deep)), { name: 'ProtocolError', message: /over 100/ })
})

test('a field that reaches past the end of its nested message is a ProtocolError', () => {
  assert.throws(() => protos.get('nest')!.decode(fromHex('0809 1202 08ac02')), ProtocolError)
  assert.throws(() => protos.get('nest')!.decode(fromHex('0809 12ff7f 0801')), ProtocolError)
})

test('numbers of up to ten bytes are read, longer ones refused', () => {
  const codec = protos.get('one_u')!

  assert.deepEqual(codec.decode(fromHex(`08${'80'.repeat(9)}00`)), { v: 0 })
  assert.throws(() => codec.decode(fromHex(`08${'80'.repeat(10)}00`)), ProtocolError)
})

const route = fc.constantFrom(...protos.keys())

test('any bytes are a message or a ProtocolError, and no larger than their number allows', () => {
  const byte = fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(0x08, 0x0a, 0x12, 0x10, 0x80, 0xff, 1, 2, 3),
  )

  fc.assert(
    fc.property(route, fc.array(byte, { maxLength: 60 }), (name, bytes) => {
      try {
        const message = protos.get(name)!.decode(Uint8Array.from(bytes))
        const arrays = Object.values(message).filter(Array.isArray)
        assert.ok(arrays.every(({ length }) => length <= bytes.length))
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error))
      }
    }),
    { numRuns: 2_000 },
  )
})

test('a message cut anywhere is a message or a ProtocolError', () => {
  const value = { a: { b: { s: '深', n: [1, 2, 300] }, bs: [{ s: 'p' }, { n: [7] }] } }
  const bytes = protos.get('deep')!.encode(value)

  for (let end = 1; end < bytes.length; end++) {
    assert.throws(() => protos.get('deep')!.decode(bytes.subarray(0, end)), ProtocolError)
  }
})

const unsigned = fc.oneof(fc.nat(300), fc.nat(), fc.maxSafeNat())
const signed = fc.oneof(fc.integer(), fc.integer({ min: -(2 ** 52), max: 2 ** 52 }))
const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme', minLength: 40 }))

test('values survive encoding, in either form of text', () => {
  const values = {
    u: fc.array(unsigned, { minLength: 1 }),
    i: fc.array(signed, { minLength: 1 }),
    s: fc.array(signed, { minLength: 1 }),
    f: fc.array(fc.float(), { minLength: 1 }),
    d: fc.array(fc.double(), { minLength: 1 }),
    str: fc.array(text, { minLength: 1 }),
  }
  const codec = protos.get('rep')!

  fc.assert(
    fc.property(
      fc.record(values, { requiredKeys: [], noNullPrototype: true }),
      fc.constantFrom<TextForm[]>('utf8', 'cesu8'),
      (value, form) => {
        const decoded = codec.decode(codec.encode(value, form))

        assert.deepEqual(decoded, value)
      },
    ),
  )
})

test('nested messages survive encoding', () => {
  const path = fc.record({ x: unsigned, y: unsigned }, { noNullPrototype: true })
  const message = fc.record(
    { entityId: unsigned, path: fc.array(path, { minLength: 1 }), one: path },
    { requiredKeys: ['entityId'], noNullPrototype: true },
  )

  fc.assert(
    fc.property(message, (value) => {
      assert.deepEqual(protos.get('nest')!.decode(protos.get('nest')!.encode(value)), value)
    }),
  )
})
