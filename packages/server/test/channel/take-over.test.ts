import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonCodec } from '@shaddock/protocol'
import { createMemoryNetwork } from '../../src/bus/memory.ts'
import { LocalChannels } from '../../src/channel/channels.ts'
import { TakeOver } from '../../src/channel/take-over.ts'
import { Work } from '../../src/cluster/work.ts'
import { infoOf, openBus } from '../cluster/network.ts'
import { RecordedLog } from '../fixtures/recorded-log.ts'

const front = { ...infoOf('front-1'), frontend: true }
const next = infoOf('chat-2')

/** The take-over of `chat-1`, whose channels have all become those of `chat-2`; `askSeen` is the test's. */
async function openGiver(askSeen: (id: string) => Promise<unknown>) {
  const self = infoOf('chat-1')
  const bus = await openBus(createMemoryNetwork())
  const log = new RecordedLog()
  const frontend = () => front
  const channels = new LocalChannels({ bus, codec: jsonCodec, self, callTimeoutMs: 1_000, frontend, log })
  const takeOver = new TakeOver({
    self,
    channels,
    work: new Work(),
    servers: () => [self, next, front],
    pick: () => next,
    hasSeen: () => true,
    seenHere: () => Promise.resolve(),
    askSeen: ({ id }) => askSeen(id),
    askGive: () => Promise.resolve([]),
  })
  return { channels, takeOver, [Symbol.asyncDispose]: () => bus.close() }
}

test('a channel is given away when the frontends have what was pushed to it before', async () => {
  const asked: string[] = []
  const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>()
  await using giver = await openGiver((id) => {
    asked.push(id)
    return arrived
  })
  giver.channels.adopt(front, { name: 'lobby', uids: ['ada'] })
  giver.channels.onHandOver(() => {
    queueMicrotask(arrive)
    return 7
  })
  let hasArrived = false
  void arrived.then(() => (hasArrived = true))

  const handed = await giver.takeOver.give(next)

  assert.deepEqual([asked, hasArrived], [['front-1'], true])
  assert.deepEqual(handed, [{ name: 'lobby', state: 7 }])
})

test('a frontend that does not answer holds up a channel that is given away for a moment only', async () => {
  await using giver = await openGiver(() => new Promise(() => undefined))
  giver.channels.adopt(front, { name: 'lobby', uids: ['ada'] })

  assert.deepEqual(await giver.takeOver.give(next), [{ name: 'lobby', state: undefined }])
})

test('who has nothing to give asks nobody', async () => {
  await using giver = await openGiver(() => assert.fail('a frontend is asked'))

  assert.deepEqual(await giver.takeOver.give(next), [])
})
