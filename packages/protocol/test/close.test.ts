import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeReasonOf, closeReasons } from '../src/index.ts'

test('every close code leads back to its reason', () => {
  for (const reason of Object.values(closeReasons)) assert.equal(closeReasonOf(reason.code), reason)
})

test('an unknown close code is a lost connection', () => {
  assert.equal(closeReasonOf(4999), closeReasons.lost)
})

test('reasons are named as in the table', () => {
  for (const [name, { reason }] of Object.entries(closeReasons)) assert.equal(reason, name)
})
