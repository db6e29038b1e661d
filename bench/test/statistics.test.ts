import assert from 'node:assert/strict'
import { test } from 'node:test'
import { median, middle, signed } from '../statistics.ts'

test('the median of an even number of values lies between the two in the middle', () => {
  assert.equal(median([30, 1, 2]), 2)
  assert.equal(median([30, 1, 2, 4]), 3)
  assert.equal(Number.isNaN(median([])), true)
})

test('few values say only that the truth is among them, many say more', () => {
  assert.deepEqual(middle([3, 1, 2, 4]), [1, 4])
  assert.deepEqual(middle([8, 1, 2, 3, 4, 5, 6, 7]), [2, 7])
  assert.deepEqual(middle(Array.from({ length: 24 }, (_, index) => index)), [7, 16])
})

test('a share is written with its sign', () => {
  assert.deepEqual([signed(0.043), signed(-0.5), signed(0)], ['+4 %', '−50 %', '+0 %'])
})
