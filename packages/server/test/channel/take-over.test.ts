import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonCodec } from '@shaddock/protocol'
import { createMemoryNetwork } from '../../src/bus/memory.ts'
import type { HandedChannel } from '../../src/channel/adoption.ts'
import { LocalChannels } from '../../src/channel/channels.ts'
import { TakeOver } from '../../src/channel/take-over.ts'
import { Work } from '../../src/cluster/work.ts'
import { infoOf, openBus } from '../cluster/network.ts'
import { RecordedLog } from '../fixtures/recorded-log.ts'

const front = { ...infoOf('front-1'), frontend: true }
const next = infoOf('chat-2')

interface Answers {
  readonly askSeen?: (id: string, kind: string) => Promise<unknown>
  readonly askGive?: (id: string) => Promise<readonly HandedChannel[]>
  readonly seenHere?: () => Promise<unknown>
}

const never = () => new Promise<never>(() => undefined)

/** The take-over of `chat-1`, which sees `chat-2` and `front-1`. What these answer is the test's. */
async function open({ askSeen, askGive, seenHere = never }: Answers = {}) {
  const self = infoOf('chat-1')
  const bus = await openBus(createMemoryNetwork())
  const log = new RecordedLog()
  const frontend = () => front
  const work = new Work()
  const channels = new LocalChannels({ bus, codec: jsonCodec, self, callTimeoutMs: 1_000, frontend, log })
  const takeOver = new TakeOver({
    self,
    channels,
    work,
    servers: () => [self, next, front],
    hasSeen: () => false,
    seenHere,
    askSeen: ({ id }, { kind }) => askSeen?.(id, kind) ?? Promise.resolve(),
    askGive: ({ id }) => askGive?.(id) ?? Promise.resolve([]),
  })
  return {
    self,
    channels,
    takeOver,
    /** Resolves when work is held back no more. */
    released: () => new Promise<void>((resolve) => (work.isHeld ? work.wait(resolve) : resolve())),
    isHeld: () => work.isHeld,
    [Symbol.asyncDispose]: () => bus.close(),
  }
}

test('work is held back until who has come back to sight has been given what others had', async () => {
  const given = Promise.withResolvers<readonly HandedChannel[]>()
  const asked: string[] = []
  await using owner = await open({
    askSeen: async (id, kind) => void asked.push(`${id} ${kind}`),
    askGive: (id) => {
      asked.push(`${id} gives`)
      return given.promise
    },
  })
  const taken: unknown[] = []
  owner.channels.onTakeOver(({ channel, state }) => void taken.push([channel.members(), state]))

  const change = { kind: 'joined', server: owner.self } as const
  owner.takeOver.adopt(front, { name: 'lobby', uids: ['ada'], change })
  owner.takeOver.adopt(front, { name: 'attic', uids: ['ada'], change })
  assert.ok(owner.isHeld())
  given.resolve([{ name: 'lobby', state: 7 }])
  await owner.released()

  assert.deepEqual(asked, ['chat-2 joined', 'chat-2 gives'])
  assert.deepEqual(taken, [
    [['ada'], 7],
    [['ada'], undefined],
  ])
})

test('work is held back until a loss that a frontend has seen is seen here', async () => {
  const seen = Promise.withResolvers<void>()
  await using owner = await open({ seenHere: () => seen.promise })

  const change = { kind: 'gone', server: next } as const
  owner.takeOver.adopt(front, { name: 'lobby', uids: ['ada'], change })
  assert.ok(owner.isHeld())
  seen.resolve()

  await owner.released()
})

test('work is held back until a frontend has moved a channel back, whose owner it had lost for a moment', async () => {
  await using owner = await open()

  const change = { kind: 'gone', server: next } as const
  owner.takeOver.adopt(front, { name: 'lobby', uids: ['ada'], change })
  assert.ok(owner.isHeld())
  owner.channels.moved(front, 'lobby')

  await owner.released()
})

test('work goes on at once when a server is back that was lost for a moment', async () => {
  await using owner = await open({ askSeen: never })
  owner.channels.use()
  const lost = infoOf('chat-3')

  owner.takeOver.onChange([], [lost], 'down')
  assert.ok(owner.isHeld())
  owner.takeOver.onChange([lost], [], 'left')

  await owner.released()
})

test('when a server dies, frontends are asked whether they know, if there may be channels here', async () => {
  const asked: string[] = []
  await using owner = await open({ askSeen: async (id) => void asked.push(id) })

  owner.takeOver.onChange([], [infoOf('chat-3')], 'down')
  await owner.released()
  assert.deepEqual(asked, [])
  owner.channels.use()
  owner.takeOver.onChange([], [infoOf('chat-4')], 'down')
  owner.takeOver.onChange([], [infoOf('gate-1')], 'down')
  await owner.released()

  assert.deepEqual(asked, ['front-1'])
})
