import assert from 'node:assert/strict'
import { test } from 'node:test'
import { askStats, serveStats } from '../../src/system/stats.ts'
import { infoOf } from '../cluster/network.ts'
import { openPair } from '../cluster/peers.ts'

test('a server says how it is doing at the time that it is asked', async () => {
  await using pair = await openPair()
  let uptimeMs = 0
  serveStats(pair.callee.rpc, () => ({ uptimeMs: ++uptimeMs, memoryBytes: 2, connections: 3 }))

  await askStats(pair.caller.rpc, infoOf('chat-1'), 1_000)

  assert.deepEqual(await askStats(pair.caller.rpc, infoOf('chat-1'), 1_000), {
    uptimeMs: 2,
    memoryBytes: 2,
    connections: 3,
  })
})

test('a server that is not there says nothing', async () => {
  await using pair = await openPair()

  await assert.rejects(askStats(pair.caller.rpc, infoOf('chat-9'), 1_000), { code: 'NO_SERVER' })
})
