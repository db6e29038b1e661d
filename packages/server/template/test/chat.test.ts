import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { startCluster } from 'shaddock/testing'
import chat from '../game-server/app.ts'

test('a message reaches everybody in the room, whichever connector they are on', async (t) => {
  const cluster = await start(t, { connector: 2, chat: 2 })
  const ada = await cluster.connect('connector-1')
  const bob = await cluster.connect('connector-2')
  await ada.request('connector.entryHandler.enter', { username: 'ada', rid: 'lobby' })
  await bob.request('connector.entryHandler.enter', { username: 'bob', rid: 'lobby' })

  await bob.request('chat.chatHandler.send', { content: 'hello' })

  assert.deepEqual(await ada.next('onChat'), { from: 'bob', msg: 'hello' })
})

test('a room hears who leaves', async (t) => {
  const cluster = await start(t, { connector: 1, chat: 1 })
  const ada = await cluster.connect('connector')
  const bob = await cluster.connect('connector')
  await ada.request('connector.entryHandler.enter', { username: 'ada', rid: 'lobby' })
  await bob.request('connector.entryHandler.enter', { username: 'bob', rid: 'lobby' })

  bob.close()

  assert.deepEqual(await ada.next('onLeave'), { user: 'bob' })
})

test('nobody speaks before entering a room', async (t) => {
  const cluster = await start(t, { connector: 1, chat: 1 })
  const eve = await cluster.connect('connector')

  await assert.rejects(eve.request('chat.chatHandler.send', { content: 'hello' }), { code: 403 })
})

test('the gate sends a client to a connector', async (t) => {
  const cluster = await start(t, { gate: 1, connector: 1 })
  const client = await cluster.connect('gate')

  const { host } = await client.request('gate.gateHandler.queryEntry', { uid: 'ada' })

  assert.equal(host, 'connector-1')
})

/** Starts servers that end with the test. (Since Node 24, `await using cluster = await startCluster(…)` does so too.) */
async function start(t: TestContext, counts: Record<string, number>) {
  const cluster = await startCluster(chat, counts)
  t.after(() => cluster[Symbol.asyncDispose]())
  return cluster
}
