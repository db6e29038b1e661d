import assert from 'node:assert/strict'
import { test } from 'node:test'
import { drawBroadcasts } from '../broadcast-chart.ts'

const costs = [1, 2].flatMap((connectors) =>
  [10, 10_000].map((members) => ({
    connectors,
    members,
    busBytes: 100 * connectors,
    chatBytes: 80 * connectors,
    chatUs: 100,
    connectorsUs: members,
    systemUs: 100 + members,
    p99Ms: 5,
  })),
)

test('a line for each number of connectors, flat where the cost is the same', () => {
  const picture = drawBroadcasts(costs)

  const paths = [...picture.matchAll(/<path class="line line-(\d)" d="M[\d.]+ ([\d.]+)L[\d.]+ ([\d.]+)"/g)]
  const [bytes, cpu] = [paths.slice(0, 2), paths.slice(2)]
  assert.deepEqual(
    paths.map(([, line]) => line),
    ['0', '1', '0', '1'],
  )
  for (const [, , from, to] of bytes) assert.equal(from, to)
  // up is where numbers are smaller
  for (const [, , from, to] of cpu) assert.ok(Number(to) < Number(from))
})

test('it is a picture that needs nothing else', () => {
  const picture = drawBroadcasts(costs)

  assert.match(picture, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 \d+ \d+"/)
  assert.doesNotMatch(picture, /NaN|undefined|Infinity|href|@import|url\(/)
})

test('one size and one number of connectors are a picture too', () => {
  assert.doesNotMatch(drawBroadcasts(costs.slice(0, 1)), /NaN|undefined|Infinity/)
})
