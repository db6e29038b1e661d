import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askStats, serveStats } from '../../src/system/stats.ts'
import { infoOf } from '../cluster/network.ts'
import { openPair } from '../cluster/peers.ts'

test('a server says how it is doing at the time that it is asked', async () => {
  await using pair = await openPair()
  let uptimeMs = 0
  const others = {
    memoryBytes: 2,
    heapBytes: 1,
    resources: { Timeout: 1 },
    calls: 0,
    timers: 4,
    connections: 3,
  }
  serveStats(pair.callee.rpc, () => ({ uptimeMs: ++uptimeMs, ...others }))

  await askStats(pair.caller.rpc, infoOf('chat-1'), 1_000)

  assert.deepEqual(await askStats(pair.caller.rpc, infoOf('chat-1'), 1_000), {
    uptimeMs: 2,
    ...others,
  })
})

test('a server that is not there says nothing', async () => {
  await using pair = await openPair()

  await assert.rejects(askStats(pair.caller.rpc, infoOf('chat-9'), 1_000), { code: 'NO_SERVER' })
})
