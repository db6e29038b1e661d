import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closeReasons } from '@shaddock/protocol'
import { startCluster } from '../../src/testing/index.ts'
import type { Cluster, TestClient } from '../../src/testing/index.ts'
import fixture from '../fixtures/app/app.ts'
import type { Fixture } from '../fixtures/app/app/contract.ts'

/** Two frontends, and a back end that owns the channels and notes who left them. */
async function startRooms() {
  const cluster = await startCluster(fixture, { front: 2, back: 1 })
  const left: string[] = []
  let wake: () => void = () => undefined
  const note = () => {
    cluster.app('back-1').channels.onLeave(({ uid, frontendId, cause }) => {
      left.push(`${uid} ${cause} on ${frontendId}`)
      wake()
    })
  }
  note()
  return {
    cluster,
    left,
    note,
    get lobby() {
      return cluster.app('back-1').channels.get('lobby')
    },
    get rooms() {
      return cluster
        .app('back-1')
        .channels.all()
        .map(({ name }) => name)
    },
    async leaves(count: number): Promise<string[]> {
      while (left.length < count) await new Promise<void>((resolve) => (wake = resolve))
      return left.splice(0)
    },
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  }
}

async function enter(
  cluster: Cluster<Fixture>,
  uid: string,
  frontendId = 'front-1',
): Promise<TestClient<Fixture>> {
  const client = await cluster.connect(frontendId)
  await client.request('front.entry.bind', { uid, room: 'lobby' })
  return client
}

/** Resolves when whatever was pushed to `client` before this has arrived, with the texts that it heard. */
async function heardBy(client: TestClient<Fixture>): Promise<string[]> {
  await client.request('back.work.who', {})
  return client.heard('onSaid').map(({ text }) => text)
}

test('what is pushed after somebody was added is heard, by members on every frontend', async () => {
  await using rooms = await startRooms()
  const ada = await enter(rooms.cluster, 'ada', 'front-1')
  const bob = await enter(rooms.cluster, 'bob', 'front-2')

  rooms.lobby.push('onSaid', { text: 'hello' })

  assert.deepEqual(
    [await ada.next('onSaid'), await bob.next('onSaid')],
    [{ text: 'hello' }, { text: 'hello' }],
  )
})

test('what is pushed right after the add, before it has resolved, is heard', async () => {
  await using rooms = await startRooms()
  const ada = await rooms.cluster.connect('front-1')
  await ada.request('front.entry.bind', { uid: 'ada' })

  const added = rooms.lobby.add('ada', 'front-1')
  rooms.lobby.push('onSaid', { text: 'at once' })
  await added
  rooms.lobby.push('onSaid', { text: 'later' })

  assert.deepEqual(await heardBy(ada), ['at once', 'later'])
})

test('all members hear the pushes of one server in the order in which it pushed', async () => {
  await using rooms = await startRooms()
  const clients = [
    await enter(rooms.cluster, 'ada', 'front-1'),
    await enter(rooms.cluster, 'bob', 'front-1'),
    await enter(rooms.cluster, 'cy', 'front-2'),
  ]
  const texts = Array.from({ length: 100 }, (_, n) => String(n))
  const others = Array.from({ length: 10 }, async (_, n) => {
    await clients[n % 3]?.request('front.entry.echo', {})
  })

  for (const text of texts) rooms.lobby.push('onSaid', { text })
  await Promise.all(others)

  for (const client of clients) assert.deepEqual(await heardBy(client), texts)
})

test('who is no member, or has left, hears nothing', async () => {
  await using rooms = await startRooms()
  const ada = await enter(rooms.cluster, 'ada')
  const bob = await enter(rooms.cluster, 'bob')
  const stranger = await rooms.cluster.connect('front-1')
  await stranger.request('front.entry.bind', { uid: 'cy' })

  rooms.lobby.leave('bob')
  rooms.lobby.push('onSaid', { text: 'hello' })

  assert.deepEqual(await heardBy(ada), ['hello'])
  assert.deepEqual([...(await heardBy(bob)), ...(await heardBy(stranger))], [])
  assert.deepEqual(rooms.left, ['bob left on front-1'])
})

test('a push to some members is heard by them alone', async () => {
  await using rooms = await startRooms()
  const ada = await enter(rooms.cluster, 'ada', 'front-1')
  const bob = await enter(rooms.cluster, 'bob', 'front-2')
  const cy = await enter(rooms.cluster, 'cy', 'front-2')

  rooms.lobby.pushTo(['ada', 'cy', 'nobody'], 'onSaid', { text: 'psst' })

  assert.deepEqual([await heardBy(ada), await heardBy(bob), await heardBy(cy)], [['psst'], [], ['psst']])
})

test('users are pushed to and broadcast to without a channel', async () => {
  await using rooms = await startRooms()
  const { channels } = rooms.cluster.app('back-1')
  const ada = await rooms.cluster.connect('front-1')
  const bob = await rooms.cluster.connect('front-2')
  const unbound = await rooms.cluster.connect('front-2')
  await ada.request('front.entry.bind', { uid: 'ada' })
  await bob.request('front.entry.bind', { uid: 'bob' })

  channels.pushTo([{ uid: 'ada', frontendId: 'front-1' }], 'onSaid', { text: 'you' })
  channels.broadcast('front', 'onSaid', { text: 'all' })

  assert.deepEqual(await heardBy(ada), ['you', 'all'])
  assert.deepEqual(await heardBy(bob), ['all'])
  assert.deepEqual(await heardBy(unbound), [])
})

test('who is not connected cannot be added, and leaves no trace', async () => {
  await using rooms = await startRooms()
  const ada = await enter(rooms.cluster, 'ada', 'front-1')

  await assert.rejects(rooms.lobby.add('nobody', 'front-1'), { code: 'GONE' })
  await assert.rejects(rooms.lobby.add('ada', 'front-2'), { code: 'GONE' })
  await assert.rejects(rooms.lobby.add('ada', 'front-9'), { code: 'NO_SERVER' })
  await assert.rejects(rooms.lobby.add('ada', 'back-1'), { code: 'NO_SERVER' })

  assert.deepEqual([rooms.lobby.members(), rooms.left], [['ada'], []])
  rooms.lobby.push('onSaid', { text: 'once' })
  assert.deepEqual(await heardBy(ada), ['once'])
})

test('of two sessions of a user one may close: the other hears on, and when it closes too that is told once', async () => {
  await using rooms = await startRooms()
  const first = await enter(rooms.cluster, 'ada')
  const second = await enter(rooms.cluster, 'ada')

  first.close()
  await second.request('front.entry.echo', {})
  rooms.lobby.push('onSaid', { text: 'still there' })
  assert.deepEqual(await second.next('onSaid'), { text: 'still there' })
  assert.deepEqual(rooms.left, [])
  second.close()

  assert.deepEqual(await rooms.leaves(1), ['ada closed on front-1'])
  assert.deepEqual(rooms.rooms, [])
})

test('a user on two frontends leaves each for itself', async () => {
  await using rooms = await startRooms()
  const first = await enter(rooms.cluster, 'ada', 'front-1')
  const second = await enter(rooms.cluster, 'ada', 'front-2')

  first.close()

  assert.deepEqual(await rooms.leaves(1), ['ada closed on front-1'])
  assert.deepEqual(rooms.lobby.members(), ['ada'])
  rooms.lobby.push('onSaid', { text: 'one left' })
  assert.deepEqual(await second.next('onSaid'), { text: 'one left' })
})

test('a member that is unbound is out', async () => {
  await using rooms = await startRooms()
  const ada = await enter(rooms.cluster, 'ada')

  await ada.request('front.entry.unbind', {})

  assert.deepEqual(await rooms.leaves(1), ['ada closed on front-1'])
  rooms.lobby.push('onSaid', { text: 'hello' })
  assert.deepEqual(await heardBy(ada), [])
})

test('when a frontend crashes all its members are out at once, and the others hear of it', async () => {
  await using rooms = await startRooms()
  await enter(rooms.cluster, 'ada', 'front-1')
  await enter(rooms.cluster, 'bob', 'front-1')
  const cy = await enter(rooms.cluster, 'cy', 'front-2')

  await rooms.cluster.crash('front-1')

  assert.deepEqual(rooms.left, ['ada down on front-1', 'bob down on front-1'])
  assert.deepEqual(rooms.lobby.members(), ['cy'])
  assert.deepEqual(await cy.next('onLeft'), { uid: 'ada', cause: 'down' })
  assert.deepEqual(await cy.next('onLeft'), { uid: 'bob', cause: 'down' })
})

test('when a frontend stops all its members are out, told once', async () => {
  await using rooms = await startRooms()
  const ada = await enter(rooms.cluster, 'ada', 'front-1')
  const closed = new Promise((resolve) => ada.onState((_, reason) => resolve(reason)))

  await rooms.cluster.stop('front-1')

  assert.deepEqual(await closed, closeReasons.shutdown)
  assert.deepEqual(rooms.left, ['ada down on front-1'])
  assert.deepEqual(rooms.rooms, [])
})

for (const frontendId of ['front-1', 'front-2']) {
  test(`who drops off and comes back at once on ${frontendId} is in, and hears`, async () => {
    await using rooms = await startRooms()
    const bob = await enter(rooms.cluster, 'bob', 'front-2')
    for (let n = 0; n < 20; n++) {
      const before = await enter(rooms.cluster, 'ada', 'front-1')
      before.close()

      const after = await enter(rooms.cluster, 'ada', frontendId)
      rooms.lobby.push('onSaid', { text: String(n) })

      assert.deepEqual(await after.next('onSaid'), { text: String(n) })
      after.close()
      await rooms.leaves(2)
    }
    assert.deepEqual(rooms.lobby.members(), ['bob'])
    assert.equal((await heardBy(bob)).length, 20)
  })
}

test('who comes back before the old connection is seen to be dead is in when that is seen', async () => {
  await using rooms = await startRooms()
  const before = await enter(rooms.cluster, 'ada')

  const after = await enter(rooms.cluster, 'ada')
  before.close()
  await after.request('front.entry.echo', {})
  rooms.lobby.push('onSaid', { text: 'hello' })

  assert.deepEqual(await after.next('onSaid'), { text: 'hello' })
  assert.deepEqual([rooms.lobby.members(), rooms.left], [['ada'], []])
})

test('who is added while the connection closes is in no channel, however it turns out', async () => {
  await using rooms = await startRooms()
  for (let turns = 0; turns < 12; turns++) {
    const client = await rooms.cluster.connect('front-1')
    await client.request('front.entry.bind', { uid: 'ada' })

    const added = rooms.lobby.add('ada', 'front-1').then(
      () => 1,
      () => 0,
    )
    for (let turn = 0; turn < turns; turn++) await new Promise(setImmediate)
    client.close()

    assert.equal((await rooms.leaves(await added)).length, await added)
    assert.deepEqual(rooms.rooms, [])
  }
})

test('when the owner of a channel crashes its next life has all who are still there', async () => {
  await using rooms = await startRooms()
  const ada = await enter(rooms.cluster, 'ada')
  const bob = await enter(rooms.cluster, 'bob')
  const cy = await enter(rooms.cluster, 'cy')
  await rooms.cluster.crash('back-1')
  cy.close()
  await rooms.cluster.restart('back-1')
  rooms.left.length = 0
  rooms.note()
  // answered when the channel is whole
  await heardBy(ada)
  assert.deepEqual(rooms.lobby.members(), ['ada', 'bob'])

  rooms.lobby.push('onSaid', { text: 'a new life' })

  assert.deepEqual(await ada.next('onSaid'), { text: 'a new life' })
  assert.deepEqual(await bob.next('onSaid'), { text: 'a new life' })
  ada.close()
  bob.close()
  assert.deepEqual(await rooms.leaves(2), ['ada closed on front-1', 'bob closed on front-1'])
  assert.deepEqual(rooms.rooms, [])
})

test('when a frontend restarts its earlier members are out, and the same users are in when they are back', async () => {
  await using rooms = await startRooms()
  await enter(rooms.cluster, 'ada', 'front-1')
  await rooms.cluster.crash('front-1')
  await rooms.cluster.restart('front-1')
  assert.deepEqual(rooms.left.splice(0), ['ada down on front-1'])

  const ada = await enter(rooms.cluster, 'ada', 'front-1')
  rooms.lobby.push('onSaid', { text: 'hello' })

  assert.deepEqual(await ada.next('onSaid'), { text: 'hello' })
  assert.deepEqual([rooms.lobby.members(), rooms.left], [['ada'], []])
})

test('two servers may each have a channel of one name', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 2 })
  const ada = await cluster.connect('front')
  const bob = await cluster.connect('front')
  await ada.request('front.entry.bind', { uid: 'ada' })
  await bob.request('front.entry.bind', { uid: 'bob' })
  const [first, second] = ['back-1', 'back-2'].map((id) => cluster.app(id).channels.get('lobby'))
  await first?.add('ada', 'front-1')
  await second?.add('bob', 'front-1')

  first?.push('onSaid', { text: 'first' })
  second?.push('onSaid', { text: 'second' })

  assert.deepEqual([await heardBy(ada), await heardBy(bob)], [['first'], ['second']])
})

test('a frontend may own channels itself', async () => {
  await using cluster = await startCluster(fixture, { front: 2 })
  const ada = await cluster.connect('front-1')
  const bob = await cluster.connect('front-2')
  await ada.request('front.entry.bind', { uid: 'ada' })
  await bob.request('front.entry.bind', { uid: 'bob' })
  const lobby = cluster.app('front-1').channels.get('lobby')
  await lobby.add('ada', 'front-1')
  await lobby.add('bob', 'front-2')

  lobby.push('onSaid', { text: 'hello' })

  assert.deepEqual(
    [await ada.next('onSaid'), await bob.next('onSaid')],
    [{ text: 'hello' }, { text: 'hello' }],
  )
  bob.close()
  assert.deepEqual(await ada.next('onLeft'), { uid: 'bob', cause: 'closed' })
})
