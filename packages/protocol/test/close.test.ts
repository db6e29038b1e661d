import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeReasonOf, closeReasons, closeText } from '../src/index.ts'

test('every close code leads back to its reason', () => {
  for (const reason of Object.values(closeReasons)) assert.equal(closeReasonOf(reason.code), reason)
})

test('an unknown close code is a lost connection', () => {
  assert.equal(closeReasonOf(4999), closeReasons.lost)
})

test('a reason may say when to come back, in the text of the close frame', () => {
  const busy = { ...closeReasons.busy, retryMs: 1_234 }

  assert.equal(closeText(busy), 'busy retryMs=1234')
  assert.deepEqual(closeReasonOf(busy.code, closeText(busy)), busy)
  assert.equal(closeReasonOf(4503, closeText(closeReasons.full)), closeReasons.full)
})

test('a close frame that says anything else says nothing of when to come back', () => {
  for (const text of [
    '',
    'busy',
    'busy retryMs=',
    'busy retryMs=-1',
    'busy retryMs=1e9',
    `busy retryMs=${'9'.repeat(10)}`,
  ])
    assert.equal(closeReasonOf(4504, text), closeReasons.busy, text)
})

test('reasons are named as in the table', () => {
  for (const [name, { reason }] of Object.entries(closeReasons)) assert.equal(reason, name)
})
