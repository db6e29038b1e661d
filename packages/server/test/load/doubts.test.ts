import assert from 'node:assert/strict'
import { test } from 'node:test'
import { doubtsOf } from '../../src/load/doubts.ts'
import { phaseOf } from './results.ts'

test('a phase within the bounds is beyond doubt', () => {
  assert.deepEqual(doubtsOf([phaseOf({ own: { cpu: 0.9, lagP99Ms: 50 } })], 10), [])
})

test('a busy processor is a doubt', () => {
  const phase = phaseOf({ name: 'talk', own: { cpu: 0.97, lagP99Ms: 0 } })

  assert.deepEqual(doubtsOf([phase], 10), ['talk: it used 97 % of a processor, more than 90 %'])
})

test('sends that were late are a doubt', () => {
  const late = { count: 9, p50: 1, p90: 2, p99: 10.2, p999: 11, max: 11 }

  assert.deepEqual(doubtsOf([phaseOf({ name: 'talk', late })], 10), [
    'talk: one message in a hundred left over 10.2 ms late, more than 10 ms',
  ])
})

test('what is not measured is not doubted', () => {
  assert.deepEqual(doubtsOf([phaseOf({ measured: false, own: { cpu: 1, lagP99Ms: 0 } })], 10), [])
})
