import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startCluster } from '../src/testing/index.ts'
import fixture from './fixtures/app/app.ts'
import { withFrontend } from './fixtures/with-setup.ts'

test('a global filter that never goes on ends at the deadline of the call', async () => {
  const stuck = withFrontend((app) => app.globalFilter(() => new Promise<never>(() => undefined)))
  await using cluster = await startCluster(stuck, { front: 1, back: 1 }, { cluster: { callTimeoutMs: 60 } })
  const client = await cluster.connect('front')

  await assert.rejects(client.request('front.entry.echo', {}), { code: 408 })
})

test('clients of a restarted frontend do not wait for those of the one that crashed', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 1 })
  const before = await cluster.connect('front-1')
  const held = before.request('back.work.hold').catch((error: unknown) => error)
  // by the time that this is answered, the call before it is being handled
  await (await cluster.connect('front-1')).request('back.work.who', {})

  await cluster.crash('front-1')
  await cluster.restart('front-1')
  const after = await cluster.connect('front-1')

  assert.equal((await after.request('back.work.who', {})).serverId, 'back-1')
  await after.request('back.work.release')
  await held
})
