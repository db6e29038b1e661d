import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { jsonCodec, maxPacketBodyBytes } from '@shaddock/protocol'
import { createMemoryNetwork } from '../../src/bus/memory.ts'
import { LocalChannels } from '../../src/channel/channels.ts'
import type { LocalChannel } from '../../src/channel/channel.ts'
import type { ServerInfo } from '../../src/server-info.ts'
import { infoOf } from '../cluster/network.ts'
import { RecordedLog } from '../fixtures/recorded-log.ts'
import { openPuppetFrontend } from './puppet-frontend.ts'
import type { PuppetFrontend } from './puppet-frontend.ts'

/** A chat server and the frontends that it sees: whatever they say, and when, is the test's. */
async function openOwner(frontendIds: readonly string[] = ['front-1'], callTimeoutMs = 10_000) {
  const network = createMemoryNetwork()
  const fronts = await Promise.all(frontendIds.map((id) => openPuppetFrontend(network, id)))
  const seen = new Map<string, ServerInfo>(fronts.map(({ info }) => [info.id, info]))
  const bus = network.createBus()
  await bus.open()
  const log = new RecordedLog()
  const channels = new LocalChannels({
    bus,
    codec: jsonCodec,
    self: infoOf('chat-1'),
    callTimeoutMs,
    frontend: (id) => seen.get(id),
    log,
  })
  const left: string[] = []
  channels.onLeave(({ channel, uid, frontendId, cause }) => {
    left.push(`${uid} ${cause} ${channel.name} on ${frontendId}`)
  })
  const gone = (front: PuppetFrontend, uid: string, join: number, name = 'lobby') =>
    channels.gone(front.info, { key: `chat-1@1/${name}`, uid, join })
  return {
    network,
    channels,
    lobby: channels.get('lobby'),
    left,
    log,
    gone,
    seen,
    fronts,
    front: fronts[0]!,
    [Symbol.asyncDispose]: () => bus.close(),
  }
}

async function join(channel: LocalChannel, front: PuppetFrontend, uid: string): Promise<void> {
  const added = channel.add(uid, front.info.id)
  const pending = await front.nextJoin()
  pending.answer(true)
  await added
}

test('a user is in when the frontend has said so, and what is pushed meanwhile goes there behind the join', async () => {
  await using owner = await openOwner()
  const { lobby, front } = owner
  let resolved = false

  const added = lobby.add('ada', 'front-1').then(() => (resolved = true))
  lobby.push('onChat', { n: 1 })
  const pending = await front.nextJoin()
  await turn()
  assert.equal(resolved, false)
  // it may not come to it: then nobody was told that it came, though its name was taken meanwhile
  assert.deepEqual([lobby.members(), lobby.has('ada'), lobby.size], [[], true, 0])
  pending.answer(true)
  await added

  assert.deepEqual([lobby.members(), lobby.has('ada'), lobby.size], [['ada'], true, 1])
  assert.deepEqual(front.told, ['join lobby ada 1', 'group lobby onChat {"n":1}'])
})

test('all who ask for a channel by its name, before it has members or after, have the same one', async () => {
  await using owner = await openOwner()
  const { channels, front } = owner
  const early = channels.get('lobby')
  const alsoEarly = channels.get('lobby')

  await join(early, front, 'ada')
  await join(alsoEarly, front, 'bob')

  for (const channel of [early, alsoEarly, channels.get('lobby'), ...channels.all()])
    assert.deepEqual(channel.members(), ['ada', 'bob'])
  early.leave('ada')
  assert.deepEqual(alsoEarly.members(), ['bob'])
})

test('nothing is kept of a channel without members', async () => {
  await using owner = await openOwner()
  const { channels, lobby, front } = owner
  assert.deepEqual(channels.all(), [])
  await join(lobby, front, 'ada')
  assert.deepEqual(
    channels.all().map(({ name }) => name),
    ['lobby'],
  )

  lobby.leave('ada')

  assert.deepEqual(channels.all(), [])
  assert.deepEqual([lobby.size, lobby.has('ada'), lobby.members()], [0, false, []])
})

test('who is not connected there is refused and was never in, and nobody is told', async () => {
  await using owner = await openOwner()
  const { channels, lobby, front, left } = owner

  const refused = assert.rejects(lobby.add('ada', 'front-1'), {
    code: 'GONE',
    message: 'ada is not connected to front-1',
  })
  const pending = await front.nextJoin()
  pending.answer(false)
  await refused

  assert.deepEqual([lobby.members(), left, channels.all()], [[], [], []])
  assert.deepEqual(front.told, ['join lobby ada 1'])
})

test('who is added on a frontend that is not there is refused at once', async () => {
  await using owner = await openOwner()

  await assert.rejects(owner.lobby.add('ada', 'front-9'), {
    code: 'NO_SERVER',
    message: 'front-9 is not there',
  })
  assert.deepEqual(owner.channels.all(), [])
})

test('who is added on a server that is no frontend is refused at once', async () => {
  await using owner = await openOwner()
  owner.seen.set('chat-2', infoOf('chat-2'))

  await assert.rejects(owner.lobby.add('ada', 'chat-2'), { code: 'NO_SERVER' })
  assert.deepEqual(owner.channels.all(), [])
})

test('a frontend that does not answer in time is told that the user is not in', async () => {
  await using owner = await openOwner(['front-1'], 20)
  const { lobby, front, left } = owner

  await assert.rejects(lobby.add('ada', 'front-1'), { code: 'TIMEOUT' })
  await turn()

  assert.deepEqual(front.told, ['join lobby ada 1', 'leave lobby "ada"'])
  assert.deepEqual([lobby.members(), left], [[], []])
})

test('who is added again is asked for again, and stays in whatever came before', async () => {
  await using owner = await openOwner()
  const { lobby, front, left } = owner
  await join(lobby, front, 'ada')

  await join(lobby, front, 'ada')

  assert.deepEqual(lobby.members(), ['ada'])
  assert.deepEqual(front.told, ['join lobby ada 1', 'join lobby ada 2'])
  assert.deepEqual(left, [])
})

test('each of two adds at once resolves when the frontend has answered it', async () => {
  await using owner = await openOwner()
  const { lobby, front } = owner
  const resolved: string[] = []
  const adds = ['first', 'second'].map((name) => lobby.add('ada', 'front-1').then(() => resolved.push(name)))
  const [first, second] = [await front.nextJoin(), await front.nextJoin()]

  first.answer(true)
  await adds[0]
  assert.deepEqual(resolved, ['first'])
  second.answer(true)
  await adds[1]

  assert.deepEqual(lobby.members(), ['ada'])
})

test('two adds at once of who is not there are both refused, and nobody is told', async () => {
  await using owner = await openOwner()
  const { lobby, front, left } = owner
  const adds = [1, 2].map(() => assert.rejects(lobby.add('ada', 'front-1'), { code: 'GONE' }))

  const [first, second] = [await front.nextJoin(), await front.nextJoin()]
  first.answer(false)
  second.answer(false)
  await Promise.all(adds)

  assert.deepEqual([lobby.members(), left], [[], []])
})

test('an add that failed does not undo a later one', async () => {
  await using owner = await openOwner()
  const { lobby, front } = owner
  const refused = assert.rejects(lobby.add('ada', 'front-1'), { code: 'GONE' })
  const first = await front.nextJoin()
  const added = lobby.add('ada', 'front-1')
  const second = await front.nextJoin()

  first.answer(false)
  await refused
  second.answer(true)
  await added

  assert.deepEqual(lobby.members(), ['ada'])
})

test('an add that failed does not undo one after a leave in between', async () => {
  await using owner = await openOwner()
  const { lobby, front } = owner
  const refused = assert.rejects(lobby.add('ada', 'front-1'), { code: 'GONE' })
  lobby.leave('ada')
  const added = lobby.add('ada', 'front-1')
  const [first, second] = [await front.nextJoin(), await front.nextJoin()]

  first.answer(false)
  await refused
  second.answer(true)
  await added

  assert.deepEqual(lobby.members(), ['ada'])
  assert.deepEqual(front.told, ['join lobby ada 1', 'leave lobby "ada"', 'join lobby ada 2'])
})

test('who leaves while the frontend is asked is not in, and the add says so', async () => {
  await using owner = await openOwner()
  const { lobby, front, left } = owner
  const added = assert.rejects(lobby.add('ada', 'front-1'), {
    code: 'GONE',
    message: 'ada has left lobby meanwhile',
  })
  const pending = await front.nextJoin()

  assert.equal(lobby.leave('ada'), true)
  pending.answer(true)
  await added

  assert.deepEqual([lobby.members(), left], [[], []])
})

test('who leaves is out at once, its frontend and the listeners are told, once', async () => {
  await using owner = await openOwner()
  const { lobby, front, left } = owner
  await join(lobby, front, 'ada')

  assert.equal(lobby.leave('ada'), true)
  assert.equal(lobby.leave('ada'), false)
  assert.equal(lobby.leave('nobody'), false)
  await turn()

  assert.deepEqual(left, ['ada left lobby on front-1'])
  assert.deepEqual(front.told.slice(1), ['leave lobby "ada"'])
})

test('a user on two frontends counts once, and leaves one or both', async () => {
  await using owner = await openOwner(['front-1', 'front-2'])
  const { lobby, fronts, left } = owner
  for (const front of fronts) await join(lobby, front, 'ada')
  assert.deepEqual([lobby.size, lobby.members()], [1, ['ada']])

  assert.equal(lobby.leave('ada', 'front-9'), false)
  assert.equal(lobby.leave('ada', 'front-1'), true)
  assert.deepEqual(lobby.members(), ['ada'])
  assert.equal(lobby.leave('ada'), true)

  assert.deepEqual(left, ['ada left lobby on front-1', 'ada left lobby on front-2'])
  assert.deepEqual(lobby.members(), [])
})

test('a member whose last connection has closed is out, and that is told once', async () => {
  await using owner = await openOwner()
  const { lobby, front, left, gone } = owner
  await join(lobby, front, 'ada')

  gone(front, 'ada', 1)
  gone(front, 'ada', 1)
  gone(front, 'nobody', 1)
  gone(front, 'ada', 1, 'nowhere')

  assert.deepEqual(left, ['ada closed lobby on front-1'])
  assert.deepEqual(lobby.members(), [])
})

test('what a frontend says late of an earlier join takes nobody out', async () => {
  await using owner = await openOwner()
  const { lobby, front, left, gone } = owner
  await join(lobby, front, 'ada')
  lobby.leave('ada')
  await join(lobby, front, 'ada')
  left.length = 0

  gone(front, 'ada', 1)

  assert.deepEqual([lobby.members(), left], [['ada'], []])
})

test('who reconnected and is added before the news of the old connection arrives stays in', async () => {
  await using owner = await openOwner()
  const { lobby, front, left, gone } = owner
  await join(lobby, front, 'ada')
  const added = lobby.add('ada', 'front-1')
  const pending = await front.nextJoin()

  gone(front, 'ada', 1)
  pending.answer(true)
  await added

  assert.deepEqual([lobby.members(), left], [['ada'], []])
})

test('a member whom a second add finds gone is out, and that is told once', async () => {
  await using owner = await openOwner()
  const { lobby, front, left, gone } = owner
  await join(lobby, front, 'ada')
  const refused = assert.rejects(lobby.add('ada', 'front-1'), { code: 'GONE' })
  const pending = await front.nextJoin()

  gone(front, 'ada', 1)
  pending.answer(false)
  await refused

  assert.deepEqual([lobby.members(), left], [[], ['ada closed lobby on front-1']])
})

test('a join that is answered and undone at once was never heard of', async () => {
  await using owner = await openOwner()
  const { lobby, front, left, gone } = owner
  const refused = assert.rejects(lobby.add('ada', 'front-1'), { code: 'GONE' })
  const pending = await front.nextJoin()

  pending.answer(true)
  gone(front, 'ada', pending.number)
  await refused

  assert.deepEqual([lobby.members(), left], [[], []])
})

test('when a frontend is down all its members are out of all channels at once, others stay', async () => {
  await using owner = await openOwner(['front-1', 'front-2'])
  const { channels, lobby, fronts, left } = owner
  const [first, second] = fronts as [PuppetFrontend, PuppetFrontend]
  await join(lobby, first, 'ada')
  await join(lobby, first, 'bob')
  await join(channels.get('attic'), first, 'ada')
  await join(lobby, second, 'cy')
  await join(lobby, second, 'ada')

  channels.drop(first.info)

  assert.deepEqual(left.sort(), [
    'ada down attic on front-1',
    'ada down lobby on front-1',
    'bob down lobby on front-1',
  ])
  assert.deepEqual(lobby.members().sort(), ['ada', 'cy'])
  assert.deepEqual(channels.all().length, 1)
})

test('the news that an earlier life of a frontend is down touches no member on the later one', async () => {
  await using owner = await openOwner()
  const { channels, lobby, front, left, gone } = owner
  await join(lobby, front, 'ada')
  const earlier = { ...front, info: { ...front.info, incarnation: 0 } }

  channels.drop(earlier.info)
  gone(earlier, 'ada', 9)

  assert.deepEqual([lobby.members(), left], [['ada'], []])
})

test('a push goes once to each frontend that has members', async () => {
  await using owner = await openOwner(['front-1', 'front-2', 'front-3'])
  const { lobby, fronts } = owner
  for (const [n, uid] of [
    [0, 'ada'],
    [0, 'bob'],
    [1, 'cy'],
  ] as const)
    await join(lobby, fronts[n]!, uid)
  for (const front of fronts) front.told.length = 0

  lobby.push('onChat', { n: 1 })
  await turn()

  assert.deepEqual(
    fronts.map(({ told }) => told),
    [['group lobby onChat {"n":1}'], ['group lobby onChat {"n":1}'], []],
  )
})

test('a push to some goes where they are, and names who is a member', async () => {
  await using owner = await openOwner(['front-1', 'front-2'])
  const { lobby, fronts } = owner
  await join(lobby, fronts[0]!, 'ada')
  await join(lobby, fronts[0]!, 'bob')
  await join(lobby, fronts[1]!, 'cy')
  for (const front of fronts) front.told.length = 0

  lobby.pushTo(['bob', 'ada', 'nobody'], 'onTell', {})
  await turn()

  assert.deepEqual(
    fronts.map(({ told }) => told),
    [['users ["bob","ada"] onTell {}'], []],
  )
})

test('users are pushed to where they are, and those on a frontend that is not there are passed over', async () => {
  await using owner = await openOwner(['front-1', 'front-2'])
  const { channels, fronts } = owner

  channels.pushTo(
    [
      { uid: 'ada', frontendId: 'front-1' },
      { uid: 'bob', frontendId: 'front-9' },
      { uid: 'cy', frontendId: 'front-2' },
      { uid: 'dee', frontendId: 'front-1' },
    ],
    'onTell',
    {},
  )
  await turn()

  assert.deepEqual(
    fronts.map(({ told }) => told),
    [['users ["ada","dee"] onTell {}'], ['users ["cy"] onTell {}']],
  )
})

test('a push to very many users is carried', async () => {
  await using owner = await openOwner()
  const users = Array.from({ length: 20_000 }, (_, n) => ({ uid: `user${n}`, frontendId: 'front-1' }))

  owner.channels.pushTo(users, 'onTell', {})
  await turn()

  assert.equal(owner.front.told.length, 1)
})

test('a broadcast goes to all frontends of a type', async () => {
  await using owner = await openOwner(['front-1', 'front-2', 'gate-1'])

  owner.channels.broadcast('front', 'onNews', {})
  await turn()

  assert.deepEqual(
    owner.fronts.map(({ told }) => told),
    [['everybody onNews {}'], ['everybody onNews {}'], []],
  )
})

const cycle: { self?: object } = {}
cycle.self = cycle
for (const [what, message] of [
  ['a BigInt', 1n],
  ['a function', () => undefined],
  ['what holds itself', cycle],
] as const) {
  test(`a push of ${what} throws to who pushes, and nobody hears part of it`, async () => {
    await using owner = await openOwner()
    const { channels, lobby, front } = owner
    await join(lobby, front, 'ada')
    front.told.length = 0

    assert.throws(() => lobby.push('onChat', message), TypeError)
    assert.throws(() => lobby.pushTo(['ada'], 'onChat', message), TypeError)
    assert.throws(
      () => channels.pushTo([{ uid: 'ada', frontendId: 'front-1' }], 'onChat', message),
      TypeError,
    )
    assert.throws(() => channels.broadcast('front', 'onChat', message), TypeError)
    assert.throws(() => channels.get('empty').push('onChat', message), TypeError)

    await turn()
    assert.deepEqual(front.told, [])
  })
}

test('a push of a route that no client can be sent throws to who pushes', async () => {
  await using owner = await openOwner()
  await join(owner.lobby, owner.front, 'ada')

  assert.throws(() => owner.lobby.push('x'.repeat(256), {}), RangeError)
})

test('a push that no packet holds throws to who pushes', async () => {
  await using owner = await openOwner()
  const { channels, lobby } = owner
  const message = 'x'.repeat(maxPacketBodyBytes)
  const tooLarge = { code: 'TOO_LARGE' }

  assert.throws(() => lobby.push('onChat', message), tooLarge)
  assert.throws(() => channels.broadcast('front', 'onChat', message), tooLarge)
})

test('a leave listener that fails, at once or later, is logged and keeps no other from hearing', async () => {
  await using owner = await openOwner()
  const { channels, lobby, front, log } = owner
  const heard: string[] = []
  channels.onLeave(() => {
    throw new Error('at once')
  })
  channels.onLeave(() => Promise.reject(new Error('later')))
  const undo = channels.onLeave(() => void heard.push('taken back'))
  channels.onLeave(({ uid }) => void heard.push(uid))
  await join(lobby, front, 'ada')

  undo()
  lobby.leave('ada')
  await turn()

  assert.deepEqual(heard, ['ada'])
  assert.deepEqual(
    log.errors.map(({ fields }) => (fields['err'] as Error).message),
    ['at once', 'later'],
  )
})

test('a leave listener may push to who is left, and may add or take out others', async () => {
  await using owner = await openOwner()
  const { channels, lobby, front, left } = owner
  for (const uid of ['ada', 'bob', 'cy']) await join(lobby, front, uid)
  front.told.length = 0
  channels.onLeave(({ channel, uid }) => {
    channel.push('onLeave', { uid })
    if (uid === 'ada') channel.leave('bob')
  })

  lobby.leave('ada')
  await turn()

  assert.deepEqual(front.told, [
    'leave lobby "ada"',
    'group lobby onLeave {"uid":"ada"}',
    'leave lobby "bob"',
    'group lobby onLeave {"uid":"bob"}',
  ])
  assert.deepEqual(left, ['ada left lobby on front-1', 'bob left lobby on front-1'])
})

test('a server that leaves tells nobody of members that are out', async () => {
  await using owner = await openOwner()
  const { channels, lobby, front, left, gone } = owner
  await join(lobby, front, 'ada')

  channels.close()
  gone(front, 'ada', 1)

  assert.deepEqual(left, [])
})

test('a channel may have any name, and a user any uid', async () => {
  await using owner = await openOwner()
  const { channels, front, gone, left } = owner
  for (const name of ['', 'a/b', '../x', '__proto__', '房间', 'x'.repeat(1_000)]) {
    const channel = channels.get(name)
    const uid = `${name}*`
    await join(channel, front, uid)
    assert.deepEqual(channel.members(), [uid])

    gone(front, uid, Number.MAX_SAFE_INTEGER, name)

    assert.deepEqual(left.splice(0), [`${uid} closed ${name} on front-1`])
  }
  assert.deepEqual(channels.all(), [])
})

test("members who are another server's now are forgotten without a word", async () => {
  await using owner = await openOwner(['front-1', 'front-2'])
  const { channels, lobby, fronts, left } = owner
  const [one, two] = fronts as [PuppetFrontend, PuppetFrontend]
  const attic = channels.get('attic')
  await join(lobby, one, 'ada')
  await join(lobby, two, 'bob')
  await join(attic, one, 'ada')

  channels.retired(one.info, 'lobby')
  assert.deepEqual([lobby.members(), attic.members()], [['bob'], ['ada']])
  channels.retired(one.info, 'attic')

  assert.deepEqual(
    channels.all().map(({ name }) => name),
    ['lobby'],
  )
  assert.deepEqual(left, [])
})

test('of a channel that has moved nothing is told to the application until it is back, though it is pushed to', async () => {
  await using owner = await openOwner()
  const { channels, lobby, front, left, gone } = owner
  const taken: string[] = []
  channels.onTakeOver(({ channel }) => void taken.push(channel.members().join()))
  channels.adopt(front.info, { name: 'lobby', uids: ['ada', 'bob', 'cy'] })

  channels.moved(front.info, 'lobby')
  channels.moved(front.info, 'nowhere')
  gone(front, 'ada', 0)
  await channels.takenOver([])
  lobby.push('onChat', {})
  await turn()
  assert.deepEqual([lobby.members(), left, taken], [['bob', 'cy'], [], []])
  assert.deepEqual(front.told, ['group lobby onChat {}'])

  channels.adopt(front.info, { name: 'lobby', uids: ['bob'] })
  await channels.takenOver([])
  gone(front, 'cy', 0)
  assert.deepEqual([taken, left], [['bob,cy'], ['cy closed lobby on front-1']])
})

test('the application is told of a channel again when a member comes who joined while it moved', async () => {
  await using owner = await openOwner()
  const { channels, front } = owner
  const told: unknown[] = []
  channels.onTakeOver(({ channel, state }) => void told.push([channel.members(), state]))
  const change = { kind: 'gone', server: infoOf('chat-2') } as const
  channels.adopt(front.info, { name: 'lobby', uids: ['ada'], change })
  await channels.takenOver([{ name: 'lobby', state: 7 }])

  channels.adopt(front.info, { name: 'lobby', uids: ['bob'] })
  await channels.takenOver([])
  await channels.takenOver([])

  assert.deepEqual(told, [
    [['ada'], 7],
    [['ada', 'bob'], undefined],
  ])
})

test('a listener that never settles does not hold up the work of a server that takes over', async () => {
  await using owner = await openOwner(['front-1'], 50)
  const { channels, front, log } = owner
  channels.onTakeOver(() => new Promise(() => undefined))
  const change = { kind: 'gone', server: infoOf('chat-2') } as const
  channels.adopt(front.info, { name: 'lobby', uids: ['ada'], change })

  await channels.takenOver([])

  assert.deepEqual(
    log.errors.map(({ fields }) => fields),
    [{ channel: 'lobby', limitMs: 50 }],
  )
})

test('a listener that never settles does not hold up a channel that is given away', async () => {
  await using owner = await openOwner()
  const { channels, lobby, front } = owner
  channels.onHandOver(() => 7)
  channels.onHandOver(() => new Promise(() => undefined))
  await join(lobby, front, 'ada')

  assert.equal(await channels.stateOf(lobby, infoOf('chat-2')), 7)
})
