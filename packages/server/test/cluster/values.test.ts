import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeValue, encodeValue } from '../../src/cluster/values.ts'

test('every value that JSON carries comes back', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.deepEqual(decodeValue(encodeValue(value)), JSON.parse(JSON.stringify(value)))
    }),
  )
})

test('undefined is nothing, and nothing is undefined', () => {
  assert.equal(encodeValue(undefined).length, 0)
  assert.equal(decodeValue(new Uint8Array()), undefined)
})

test('null, false, zero and the empty text are not nothing', () => {
  for (const value of [null, false, 0, '']) assert.equal(decodeValue(encodeValue(value)), value)
})

test('a date arrives as a text', () => {
  assert.equal(decodeValue(encodeValue(new Date(0))), '1970-01-01T00:00:00.000Z')
})

test('what JSON cannot carry is refused where it is said', () => {
  const cycle: { self?: object } = {}
  cycle.self = cycle
  for (const value of [1n, cycle, () => undefined, Symbol('one')])
    assert.throws(() => encodeValue(value), TypeError)
})

test('a value is decoded from within other bytes', () => {
  const bytes = Buffer.from('xx{"a":1}')

  assert.deepEqual(decodeValue(bytes.subarray(2)), { a: 1 })
})
