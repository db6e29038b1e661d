import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonCodec } from '@shaddock/protocol'
import { createMemoryNetwork } from '../../src/bus/memory.ts'
import { LocalChannels } from '../../src/channel/channels.ts'
import { GiveAway } from '../../src/channel/give-away.ts'
import { Work } from '../../src/cluster/work.ts'
import { infoOf, openBus } from '../cluster/network.ts'
import { RecordedLog } from '../fixtures/recorded-log.ts'

const front = { ...infoOf('front-1'), frontend: true }
const next = infoOf('chat-2')
const never = () => new Promise<never>(() => undefined)

/** What `chat-1` has, whose channels have all become those of `chat-2`. `askSeen` is the test's. */
async function open(askSeen: (id: string) => Promise<unknown> = () => Promise.resolve()) {
  const self = infoOf('chat-1')
  const bus = await openBus(createMemoryNetwork())
  const log = new RecordedLog()
  const frontend = () => front
  const work = new Work()
  const channels = new LocalChannels({ bus, codec: jsonCodec, self, callTimeoutMs: 1_000, frontend, log })
  const giveAway = new GiveAway({
    ...{ self, channels, work },
    servers: () => [self, next, front],
    pick: () => next,
    askSeen: ({ id }) => askSeen(id),
  })
  return { channels, giveAway, work, [Symbol.asyncDispose]: () => bus.close() }
}

test('a channel is given away when the frontends have what was pushed to it before', async () => {
  const asked: string[] = []
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
  await using giver = await open((id) => {
    asked.push(id)
    return arrived
  })
  giver.channels.adopt(front, { name: 'lobby', uids: ['ada'] })
  giver.channels.moved(front, 'lobby')
  giver.channels.onHandOver(() => {
    queueMicrotask(arrive)
    return 7
  })
  let hasArrived = false
  void arrived.then(() => (hasArrived = true))

  const handed = await giver.giveAway.give(next)

  assert.deepEqual([asked, hasArrived], [['front-1'], true])
  assert.deepEqual(handed, [{ name: 'lobby', state: 7 }])
})

test('a frontend that does not answer holds up a channel that is given away for a moment only', async () => {
  await using giver = await open(never)
  giver.channels.adopt(front, { name: 'lobby', uids: ['ada'] })
  giver.channels.moved(front, 'lobby')

  assert.deepEqual(await giver.giveAway.give(next), [{ name: 'lobby', state: undefined }])
})

test('who has nothing to give asks nobody', async () => {
  await using giver = await open(() => assert.fail('a frontend is asked'))

  assert.deepEqual(await giver.giveAway.give(next), [])
})

test('a channel is given away when every frontend that has members has moved it, not before', async () => {
  await using giver = await open()
  const other = { ...infoOf('front-2'), frontend: true }
  giver.channels.adopt(front, { name: 'lobby', uids: ['ada'] })
  giver.channels.adopt(other, { name: 'lobby', uids: ['bob'] })
  giver.channels.moved(front, 'lobby')

  const given = giver.giveAway.give(next)
  giver.channels.moved(other, 'lobby')

  assert.deepEqual(await given, [{ name: 'lobby', state: undefined }])
  assert.deepEqual(giver.channels.all(), [])
})

test('a channel stays, with its members, for a frontend that does not see its next owner', async () => {
  await using giver = await open()
  giver.channels.adopt(front, { name: 'lobby', uids: ['ada'] })

  assert.deepEqual(await giver.giveAway.give(next), [])

  assert.deepEqual(giver.channels.get('lobby').members(), ['ada'])
})

test('a channel is given away when what came before it moved, and is held back, has been done', async () => {
  await using giver = await open()
  const done: string[] = []
  const hold = Promise.withResolvers<void>()
  giver.channels.adopt(front, { name: 'lobby', uids: ['ada'] })
  giver.channels.moved(front, 'lobby')
  giver.work.hold(hold.promise)
  giver.work.wait(() => done.push('work'))

  const given = giver.giveAway.give(next).then(() => done.push('given'))
  hold.resolve()
  await given

  assert.deepEqual(done, ['work', 'given'])
})

test('who has nothing to give does not wait for what is held back', async () => {
  await using giver = await open()
  giver.work.hold(never())

  assert.deepEqual(await giver.giveAway.give(next), [])
})
