import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOf } from '../../chaos/faults.ts'
import { run } from '../../chaos/run.ts'

test('people talk on when a chat server is killed, hear all in order, and see no ghosts', async () => {
  const fault = faultsOf('local').find(({ name }) => name === 'kill chat-1')
  assert(fault)

  const { recoveredMs, refused, downMs, ...counts } = await run('local', { ...fault, watchMs: 3_000 })

  assert.ok(Number.isFinite(recoveredMs))
  // a gate, two connectors, and the other chat server
  assert.deepEqual(downMs.map(Number.isFinite), [true, true, true, true])
  assert.deepEqual(
    [...refused.keys()].filter((code) => code !== 503),
    [],
  )
  assert.deepEqual(counts, { unanswered: 0, lost: counts.lost, doubled: 0, reordered: 0, ghosts: 0 })
})
