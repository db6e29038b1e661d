import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Latencies } from '../../src/load/latencies.ts'

test('percentiles are exact to three digits', () => {
  const latencies = new Latencies()
  for (let ms = 1; ms <= 1_000; ms++) latencies.record(ms)

  const { count, p50, p90, p99, p999, max } = latencies.total()

  assert.equal(count, 1_000)
  for (const [found, expected] of [
    [p50, 500],
    [p90, 900],
    [p99, 990],
    [p999, 999],
    [max, 1_000],
  ] as const) {
    assert.ok(Math.abs(found - expected) / expected < 0.001, `${found} is not ${expected}`)
  }
})

test('what was taken as recent is in the total still', () => {
  const latencies = new Latencies()
  latencies.record(1)
  const first = latencies.takeRecent()
  latencies.record(5)
  latencies.record(5)
  const second = latencies.takeRecent()

  assert.equal(first.count, 1)
  assert.equal(second.count, 2)
  assert.equal(latencies.total().count, 3)
})

test('without a value all is zero', () => {
  assert.deepEqual(new Latencies().total(), { count: 0, p50: 0, p90: 0, p99: 0, p999: 0, max: 0 })
})

test('a duration of nothing, or of the past, counts', () => {
  const latencies = new Latencies()
  latencies.record(0)
  latencies.record(-3)

  assert.equal(latencies.total().count, 2)
})
