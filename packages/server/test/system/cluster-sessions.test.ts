import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeReasons, jsonCodec } from '@shaddock/protocol'
import { createMemoryNetwork } from '../../src/bus/memory.ts'
import { SessionRegistry } from '../../src/session/registry.ts'
import { createSessions, serveClusterSessions } from '../../src/system/cluster-sessions.ts'
import { startCluster } from '../../src/testing/index.ts'
import type { Cluster } from '../../src/testing/index.ts'
import { infoOf } from '../cluster/network.ts'
import { openPeer } from '../cluster/peers.ts'
import type { Fixture } from '../fixtures/app/app/contract.ts'
import fixture from '../fixtures/app/app.ts'

const servers = { front: 2, back: 1 }

async function login(cluster: Cluster<Fixture>, uid: string, frontend: string) {
  const client = await cluster.connect(frontend)
  const closed = new Promise<unknown>((resolve) => client.onState((_, reason) => resolve(reason)))
  return { client, closed, ...(await client.request('front.entry.bind', { uid })) }
}

test('a user is found on every frontend, from any server', async () => {
  await using cluster = await startCluster(fixture, servers)
  const phone = await login(cluster, 'ada', 'front-1')
  const desk = await login(cluster, 'ada', 'front-2')
  await login(cluster, 'bob', 'front-2')

  for (const server of ['front-1', 'back-1']) {
    const { sessions, missing } = await cluster.app(server).sessions.find('ada')

    assert.deepEqual(missing, [])
    assert.deepEqual(
      sessions.map(({ uid, frontendId, sessionId }) => ({ uid, frontendId, sessionId })),
      [
        { uid: 'ada', frontendId: 'front-1', sessionId: phone.id },
        { uid: 'ada', frontendId: 'front-2', sessionId: desk.id },
      ],
    )
    assert.equal(new Set(sessions.map(({ key }) => key)).size, 2)
  }
})

test('who is not connected, or is no more, is not found', async () => {
  await using cluster = await startCluster(fixture, servers)
  const { client } = await login(cluster, 'ada', 'front-1')
  const { sessions } = cluster.app('back-1')
  assert.deepEqual(await sessions.find('nobody'), { sessions: [], missing: [] })

  await client.request('front.entry.unbind', {})

  assert.deepEqual(await sessions.find('ada'), { sessions: [], missing: [] })
})

test('of many users those who are connected are told, in one round', async () => {
  await using cluster = await startCluster(fixture, servers)
  await login(cluster, 'ada', 'front-1')
  await login(cluster, 'ada', 'front-2')
  await login(cluster, 'bob', 'front-2')

  const { uids, missing } = await cluster.app('back-1').sessions.online(['ada', 'nobody', 'bob'])

  assert.deepEqual([...uids].sort(), ['ada', 'bob'])
  assert.deepEqual(missing, [])
})

test('connections and users are counted', async () => {
  await using cluster = await startCluster(fixture, servers)
  await login(cluster, 'ada', 'front-1')
  await login(cluster, 'ada', 'front-1')
  await login(cluster, 'bob', 'front-2')
  await cluster.connect('front-2')

  const count = await cluster.app('back-1').sessions.count()

  assert.deepEqual(count, { connections: 4, users: 2, missing: [] })
})

test('a kick reaches all sessions of a user and nobody else, and they are told why', async () => {
  await using cluster = await startCluster(fixture, servers)
  const phone = await login(cluster, 'ada', 'front-1')
  const desk = await login(cluster, 'ada', 'front-2')
  const bob = await login(cluster, 'bob', 'front-2')
  const { sessions } = cluster.app('back-1')

  const kicked = await sessions.kick('ada', 'too loud')

  assert.deepEqual(kicked, { sessions: 2, missing: [] })
  for (const { closed } of [phone, desk])
    assert.deepEqual(await closed, { ...closeReasons.kicked, kick: 'too loud' })
  assert.deepEqual(await sessions.kick('ada'), { sessions: 0, missing: [] })
  assert.equal(bob.client.state, 'online')
})

test('a kick without a reason closes without a word', async () => {
  await using cluster = await startCluster(fixture, servers)
  const ada = await login(cluster, 'ada', 'front-1')

  await cluster.app('back-1').sessions.kick('ada')

  assert.deepEqual(await ada.closed, closeReasons.kicked)
})

test('a message reaches all sessions of some users, behind what this server pushed before', async () => {
  await using cluster = await startCluster(fixture, servers)
  const phone = await login(cluster, 'ada', 'front-1')
  const desk = await login(cluster, 'ada', 'front-2')
  const bob = await login(cluster, 'bob', 'front-2')
  const eve = await login(cluster, 'eve', 'front-2')
  const { sessions, channels } = cluster.app('back-1')

  channels.broadcast('front', 'onSaid', { text: 'first' })
  sessions.pushTo(['ada', 'bob', 'nobody'], 'onSaid', { text: 'second' })
  channels.broadcast('front', 'onSaid', { text: 'third' })

  for (const { client } of [phone, desk, bob]) {
    for (const text of ['first', 'second', 'third']) assert.deepEqual(await client.next('onSaid'), { text })
  }
  for (const text of ['first', 'third']) assert.deepEqual(await eve.client.next('onSaid'), { text })
})

test('the users of a frontend that died are found no more, and nothing is missing', async () => {
  await using cluster = await startCluster(fixture, servers)
  await login(cluster, 'ada', 'front-1')
  await login(cluster, 'ada', 'front-2')
  const { sessions } = cluster.app('back-1')

  await cluster.crash('front-1')

  const found = await sessions.find('ada')
  assert.deepEqual(
    found.sessions.map(({ frontendId }) => frontendId),
    ['front-2'],
  )
  assert.deepEqual(found.missing, [])
})

/** Two frontends, of which the second does `answer` as it likes, and a back end that asks them. */
async function openAsked(answer: () => Promise<Uint8Array>) {
  const network = createMemoryNetwork()
  const asker = await openPeer(network, 'back-1')
  const whole = await openPeer(network, 'front-1')
  const other = await openPeer(network, 'front-2')
  serveClusterSessions(whole.rpc, new SessionRegistry())
  for (const name of ['find', 'online', 'count', 'kick']) other.rpc.serve(`$sessions.${name}`, answer)
  const sessions = createSessions({
    rpc: asker.rpc,
    bus: asker.bus,
    codec: jsonCodec,
    servers: () =>
      ['back-1', 'front-1', 'front-2'].map((id) => ({ ...infoOf(id), frontend: id !== 'back-1' })),
    callTimeoutMs: 60,
  })
  return {
    sessions,
    lose: () => network.crash(other.bus),
    async [Symbol.asyncDispose]() {
      for (const peer of [asker, whole, other]) await peer[Symbol.asyncDispose]()
    },
  }
}

const never = () => new Promise<never>(() => undefined)

test('a frontend that does not answer in time is missing, and the others have answered', async () => {
  await using asked = await openAsked(never)
  const { sessions } = asked

  assert.deepEqual(await sessions.find('ada'), { sessions: [], missing: ['front-2'] })
  assert.deepEqual(await sessions.online(['ada']), { uids: new Set(), missing: ['front-2'] })
  assert.deepEqual(await sessions.count(), { connections: 0, users: 0, missing: ['front-2'] })
  assert.deepEqual(await sessions.kick('ada', 'gone'), { sessions: 0, missing: ['front-2'] })
})

test('a frontend that is lost while it is asked is missing', async () => {
  await using asked = await openAsked(never)

  const finding = asked.sessions.find('ada', { timeoutMs: 60_000 })
  asked.lose()

  assert.deepEqual(await finding, { sessions: [], missing: ['front-2'] })
})

test('a frontend that fails makes the question fail', async () => {
  await using asked = await openAsked(() => Promise.reject(new Error('a bug')))

  await assert.rejects(asked.sessions.find('ada'), { code: 'INTERNAL' })
})

test('what no packet can carry is not pushed', async () => {
  await using asked = await openAsked(never)
  const { sessions } = asked

  assert.throws(() => sessions.pushTo(['ada'], 'onSaid', 'x'.repeat(0xffffff)), { code: 'TOO_LARGE' })
  assert.throws(() => sessions.pushTo(['ada'], 'onSaid', 1n), TypeError)
})
