import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { backoffMs } from '../src/backoff.ts'

test('without jitter each delay is the one before times the factor, up to the longest', () => {
  const backoff = { minMs: 100, maxMs: 1_000, factor: 3, jitter: 'none' } as const

  const delays = [0, 1, 2, 3, 100_000].map((attempt) => backoffMs(backoff, attempt))

  assert.deepEqual(delays, [100, 300, 900, 1_000, 1_000])
})

test('by default delays double from 250 ms to 10 s', () => {
  const longest = [0, 1, 2, 10].map((attempt) => backoffMs({}, attempt, () => 1))

  assert.deepEqual(longest, [250, 500, 1_000, 10_000])
})

test('full jitter takes any part of the delay', () => {
  const parts = [0, 0.25, 0.5].map((part) => backoffMs({ minMs: 100 }, 1, () => part))

  assert.deepEqual(parts, [0, 50, 100])
})

test('every delay is one that setTimeout takes', () => {
  const backoff = fc.record({
    minMs: fc.double({ min: 1, max: 1e12, noNaN: true }),
    maxMs: fc.double({ min: 1, noNaN: true }),
    factor: fc.double({ min: 1, max: 1e6, noNaN: true }),
    jitter: fc.constantFrom('full', 'none'),
  })

  fc.assert(
    fc.property(backoff, fc.nat(), (options, attempt) => {
      const delayMs = backoffMs(options, attempt)

      assert.ok(delayMs >= 0 && delayMs <= Math.min(options.maxMs, 2 ** 31 - 1), `${delayMs}`)
    }),
  )
})
