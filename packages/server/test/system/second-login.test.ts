import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeReasons } from '@shaddock/protocol'
import type { CloseReason } from '@shaddock/protocol'
import { startCluster } from '../../src/testing/index.ts'
import type { Cluster } from '../../src/testing/index.ts'
import type { Fixture } from '../fixtures/app/app/contract.ts'
import fixture from '../fixtures/app/app.ts'
import { closeReasons as reasons, PacketType, RawClient } from '../fixtures/raw-client.ts'

const servers = { front: 3, back: 1 }
const fronts = ['front-1', 'front-2', 'front-3'] as const

function start(secondLogin: 'allow' | 'newest' | 'refuse') {
  return startCluster(fixture, servers, { connector: { secondLogin } })
}

async function connect(cluster: Cluster<Fixture>, frontend: string) {
  const client = await cluster.connect(frontend)
  const closed = new Promise<CloseReason | undefined>((resolve) =>
    client.onState((_, reason) => resolve(reason)),
  )
  return { client, closed, bind: async (uid: string) => client.request('front.entry.bind', { uid }) }
}

async function login(cluster: Cluster<Fixture>, uid: string, frontend: string) {
  const connected = await connect(cluster, frontend)
  return { ...connected, ...(await connected.bind(uid)) }
}

async function sessionsOf(cluster: Cluster<Fixture>, uid: string) {
  const { sessions, missing } = await cluster.app('back-1').sessions.find(uid)
  assert.deepEqual(missing, [])
  return sessions
}

const refused = { code: 403, message: 'ada is logged in already' }

test('unless told otherwise, a user may be logged in any number of times', async () => {
  await using cluster = await startCluster(fixture, servers)

  for (const frontend of [...fronts, 'front-1']) await login(cluster, 'ada', frontend)

  assert.equal((await sessionsOf(cluster, 'ada')).length, 4)
})

for (const frontend of ['front-1', 'front-2']) {
  test(`the newest login stays: one on ${frontend} closes that on front-1, which is told why`, async () => {
    await using cluster = await start('newest')
    const before = await login(cluster, 'ada', 'front-1')

    const after = await login(cluster, 'ada', frontend)

    assert.deepEqual(await before.closed, { ...closeReasons.replaced, kick: 'replaced' })
    const [only, ...others] = await sessionsOf(cluster, 'ada')
    assert.deepEqual([only?.frontendId, only?.sessionId, others], [frontend, after.id, []])
  })

  test(`a second login is refused on ${frontend}, and the first on front-1 stays`, async () => {
    await using cluster = await start('refuse')
    const first = await login(cluster, 'ada', 'front-1')

    await assert.rejects(login(cluster, 'ada', frontend), refused)

    assert.equal(first.client.state, 'online')
    assert.equal((await sessionsOf(cluster, 'ada')).length, 1)
  })
}

test('who is replaced is told in a packet too, since TCP has no close codes', async () => {
  await using cluster = await start('newest')
  const raw = new RawClient(cluster.connectRaw('front-1'))
  await raw.greet()
  raw.request(1, 'front.entry.bind', { uid: 'ada' })
  await raw.nextMessage()

  await login(cluster, 'ada', 'front-2')

  const { body } = await raw.next(PacketType.kick)
  assert.deepEqual(JSON.parse(Buffer.from(body).toString()), { reason: 'replaced', code: 4431 })
  assert.equal(await raw.closed, reasons.replaced)
})

test('a back end that binds a session is refused too', async () => {
  await using cluster = await start('refuse')
  await login(cluster, 'ada', 'front-1')
  const second = await cluster.connect('front-2')

  await assert.rejects(second.request('back.work.bind', { uid: 'ada' }), refused)

  assert.deepEqual(await second.request('back.work.bind', { uid: 'bob' }), { uid: 'bob' })
})

test('who binds the uid that it has is not refused', async () => {
  await using cluster = await start('refuse')
  const ada = await login(cluster, 'ada', 'front-1')

  const again = await Promise.all([ada.bind('ada'), ada.bind('ada')])

  assert.equal(again.length, 2)
})

test('one session cannot claim two uids at once', async () => {
  await using cluster = await start('refuse')
  const { client } = await connect(cluster, 'front-1')

  const outcomes = await Promise.allSettled([
    client.request('front.entry.bind', { uid: 'ada' }),
    // a back end: its calls are not in the queue of the other
    client.request('back.work.bind', { uid: 'bob' }),
  ])

  assert.deepEqual(outcomes.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('a uid is free when its session has closed, has been kicked, or is unbound', async () => {
  await using cluster = await start('refuse')
  const first = await login(cluster, 'ada', 'front-1')
  await first.client.request('front.entry.unbind', {})

  const second = await login(cluster, 'ada', 'front-2')
  await cluster.app('back-1').sessions.kick('ada')
  await second.closed

  const third = await login(cluster, 'ada', 'front-3')
  third.client.close()
  while ((await sessionsOf(cluster, 'ada')).length > 0);

  await login(cluster, 'ada', 'front-1')
})

test('a connection that closes while it is decided upon leaves the uid free', async () => {
  await using cluster = await start('refuse')
  for (const frontend of fronts) {
    const { client, bind } = await connect(cluster, frontend)
    const binding = bind('ada').catch(() => undefined)
    client.close()
    await binding
  }
  while ((await sessionsOf(cluster, 'ada')).length > 0);

  await login(cluster, 'ada', 'front-1')

  assert.equal((await sessionsOf(cluster, 'ada')).length, 1)
})

test('of many logins at the same moment on all frontends, one gets the uid', async () => {
  await using cluster = await start('refuse')
  for (const uid of ['ada', 'bob', 'eve']) {
    const clients = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => connect(cluster, fronts[n % 3]!)),
    )

    const outcomes = await Promise.allSettled(clients.map(async ({ bind }) => bind(uid)))

    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    assert.equal((await sessionsOf(cluster, uid)).length, 1)
  }
})

test('of many logins at the same moment on all frontends, the newest alone is left', async () => {
  await using cluster = await start('newest')
  for (const uid of ['ada', 'bob', 'eve']) {
    const clients = await Promise.all(
      Array.from({ length: 12 }, async (_, n) => connect(cluster, fronts[n % 3]!)),
    )

    const outcomes = await Promise.allSettled(clients.map(async ({ bind }) => bind(uid)))

    const [only, ...others] = await sessionsOf(cluster, uid)
    assert.deepEqual(others, [])
    for (const [n, { closed }] of clients.entries()) {
      const outcome = outcomes[n]
      const { id, frontendId } = outcome?.status === 'fulfilled' ? outcome.value : {}
      if (id === only?.sessionId && frontendId === only?.frontendId) continue
      assert.equal((await closed)?.reason, 'replaced')
    }
  }
})

/** Logs users in, each on one of the frontends. */
async function populate(cluster: Cluster<Fixture>, prefix: string) {
  const users = Array.from({ length: 30 }, (_, n) => ({ uid: `${prefix}${n}`, frontend: fronts[n % 3]! }))
  await Promise.all(users.map(async ({ uid, frontend }) => login(cluster, uid, frontend)))
  return users
}

for (const dead of fronts) {
  test(`when ${dead} dies its users may log in at once, and those of the others are refused still`, async () => {
    await using cluster = await start('refuse')
    const users = await populate(cluster, 'user')

    await cluster.crash(dead)

    const elsewhere = fronts.filter((frontend) => frontend !== dead)
    const outcomes = await Promise.allSettled(
      users.map(async ({ uid, frontend }) =>
        login(
          cluster,
          uid,
          elsewhere.find((other) => other !== frontend)!,
        ),
      ),
    )
    for (const [n, { status }] of outcomes.entries())
      assert.equal(status, users[n]?.frontend === dead ? 'fulfilled' : 'rejected', users[n]?.uid)
  })
}

test('when a frontend comes, the users of the others are refused there still', async () => {
  await using cluster = await start('refuse')
  const users = await populate(cluster, 'user')

  const added = await cluster.add('front')
  const outcomes = await Promise.allSettled(users.map(async ({ uid }) => login(cluster, uid, added)))

  assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set(['rejected']))
})

test('when a frontend stops in order, its users may log in elsewhere', async () => {
  await using cluster = await start('refuse')
  const users = await populate(cluster, 'user')

  await cluster.stop('front-2')

  for (const { uid, frontend } of users)
    if (frontend === 'front-2') await login(cluster, uid, 'front-1')
    else await assert.rejects(login(cluster, uid, 'front-1'), { code: 403 })
})

for (const policy of ['newest', 'refuse'] as const) {
  test(`two logins while frontends die and come leave one session: ${policy}`, async () => {
    await using cluster = await start(policy)
    for (const [round, dies] of ['front-3', 'front-2', 'front-3'].entries()) {
      const uids = Array.from({ length: 20 }, (_, n) => `user${round}-${n}`)
      const clients = await Promise.all(
        uids.flatMap((uid) =>
          ['front-1', 'front-2', 'front-3'].map(async (at) => ({ uid, ...(await connect(cluster, at)) })),
        ),
      )

      const binding = Promise.allSettled(clients.map(async ({ bind, uid }) => bind(uid)))
      await cluster.crash(dies)
      const restarting = cluster.restart(dies)
      const outcomes = await binding
      await restarting

      for (const uid of uids) {
        const sessions = await sessionsOf(cluster, uid)
        assert.ok(sessions.length <= 1, `${uid} has ${sessions.length} sessions`)
      }
      // every caller has got an answer: the uid, a refusal, or that its server was lost
      for (const outcome of outcomes)
        if (outcome.status === 'rejected')
          assert.ok(
            [403, 410, 503].includes((outcome.reason as { code: number }).code),
            String(outcome.reason),
          )
    }
  })
}
