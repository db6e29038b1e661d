import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { noTimestamp, readTimestamp, timestampBytes, writeTimestamp } from '../../src/load/timestamp.ts'

test('a time that is written is read to the microsecond', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1e10, noNaN: true }), (ms) => {
      const bytes = Buffer.from(`ab${noTimestamp}cd`)

      writeTimestamp(bytes, 2, ms)

      assert.ok(Math.abs(readTimestamp(bytes, 2) - ms) < 0.002)
      assert.match(bytes.toString(), /^abt=\d{16}cd$/)
    }),
  )
})

test('what is no timestamp is none', () => {
  for (const text of ['x=1234567890123456', 't=123456789012345x', 't=12345678x0123456', 't=']) {
    assert.ok(Number.isNaN(readTimestamp(Buffer.from(text), 0)), text)
  }
})

test('a timestamp has one width', () => {
  assert.equal(noTimestamp.length, timestampBytes)
})
