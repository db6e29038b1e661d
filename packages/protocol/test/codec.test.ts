import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeText, encodeText, jsonCodec } from '../src/index.ts'
import { fromHex, toHex } from './vectors.ts'

const encode = (value: unknown): string => decodeText(jsonCodec.encode('a.b.c', value))
const decode = (body: Uint8Array): unknown => jsonCodec.decode('a.b.c', body)

test('a value is sent as JSON, and undefined as an empty object', () => {
  assert.equal(encode({ code: 200, name: 'Zoë' }), '{"code":200,"name":"Zoë"}')
  assert.equal(encode('hello pomelo'), '"hello pomelo"')
  assert.equal(encode([1, undefined]), '[1,null]')
  assert.equal(encode(undefined), '{}')
  assert.equal(encode(null), 'null')
})

test('characters outside the BMP are escaped, those within are not', () => {
  assert.equal(encode({ '😀': 'e😀你' }), '{"\\ud83d\\ude00":"e\\ud83d\\ude00你"}')
  assert.equal(encode('\ud83d'), '"\\ud83d"')
})

test('what JSON cannot carry is a TypeError', () => {
  const cycle: unknown[] = []
  cycle.push(cycle)

  for (const value of [() => 1, Symbol('s'), 1n, { n: 1n }, cycle, { toJSON: () => undefined }]) {
    assert.throws(() => encode(value), TypeError)
  }
})

test('a body that is empty, null or no JSON is an empty object', () => {
  for (const text of ['', 'null', '{', 'undefined', '{"a":1}x', '\ufeff{}']) {
    assert.deepEqual(decode(encodeText(text)), {}, text)
  }
})

test('a body may be any JSON value', () => {
  assert.equal(decode(encodeText('"hello pomelo"')), 'hello pomelo')
  assert.equal(decode(encodeText('0')), 0)
  assert.equal(decode(encodeText('false')), false)
  assert.deepEqual(decode(encodeText('[1,2]')), [1, 2])
})

test('a body may be UTF-8 or CESU-8', () => {
  assert.deepEqual(decode(fromHex('7b226d223a2265eda0bdedb88078227d')), { m: 'e😀x' })
  assert.deepEqual(decode(fromHex('7b226d223a2265f09f988078227d')), { m: 'e😀x' })
})

const unit = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 3 }),
  fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
)
// parsed once before, since JSON has no -0
const json = fc.oneof(
  fc.json({ stringUnit: 'grapheme' }).map((text): unknown => JSON.parse(text)),
  fc.array(unit).map((units) => units.join('')),
)

test('JSON values survive encoding, lone surrogates included', () => {
  fc.assert(
    fc.property(json, (value) => {
      assert.deepEqual(decode(jsonCodec.encode('a.b.c', value)), value ?? {})
    }),
  )
})

test('no client is sent a character of four bytes', () => {
  fc.assert(
    fc.property(json, (value) => {
      assert.ok(jsonCodec.encode('a.b.c', value).every((byte) => byte < 0xf0))
    }),
  )
})

test('any bytes are a value', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (body) => {
      assert.notEqual(decode(body) ?? undefined, undefined, toHex(body))
    }),
  )
})
