import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import type { Bus } from '../../src/bus/bus.ts'
import { createMemoryNetwork } from '../../src/bus/memory.ts'
import type { MemoryNetwork } from '../../src/bus/memory.ts'
import { beatSubject, membersSubject, signSubject } from '../../src/bus/subjects.ts'
import { encodeBeat } from '../../src/cluster/beat.ts'
import { createMembership } from '../../src/cluster/beat-membership.ts'
import type { Membership } from '../../src/cluster/membership.ts'
import type { ServerInfo } from '../../src/server-info.ts'
import { RecordedLog } from '../fixtures/recorded-log.ts'
import { infoOf, openBus } from './network.ts'

interface Watcher extends AsyncDisposable {
  readonly membership: Membership
  readonly bus: Bus
  readonly log: RecordedLog
  /** What changed and was not waited for yet: `+chat-1@1`, `-chat-1@1`. */
  readonly changes: string[]
  /** Resolves with the oldest change that was not waited for. */
  next(): Promise<string>
}

interface Times {
  readonly heartbeatMs: number
  readonly downAfterMs: number
}

const patient: Times = { heartbeatMs: 3_600_000, downAfterMs: 7_200_000 }

/** Opens the membership of a server, not yet joined. */
async function open(network: MemoryNetwork, self: ServerInfo, times = patient): Promise<Watcher> {
  const bus = network.createBus()
  const log = new RecordedLog()
  const membership = createMembership({ bus, self, log, ...times })
  const changes: string[] = []
  let wake: () => void = () => undefined
  membership.onChange((joined, left) => {
    changes.push(...joined.map((server) => `+${name(server)}`), ...left.map((server) => `-${name(server)}`))
    wake()
  })
  await membership.open()
  return {
    membership,
    bus,
    log,
    changes,
    async next() {
      // the timers of a server hold no process
      const hold = setTimeout(() => undefined, 10_000)
      while (changes.length === 0) await new Promise<void>((resolve) => (wake = resolve))
      clearTimeout(hold)
      return changes.shift() ?? ''
    },
    async [Symbol.asyncDispose]() {
      membership.close()
      await bus.close()
    },
  }
}

async function join(network: MemoryNetwork, self: ServerInfo, times?: Times): Promise<Watcher> {
  const watcher = await open(network, self, times)
  watcher.membership.join()
  // whom it found, and itself
  watcher.changes.length = 0
  return watcher
}

/** A server that says and hears only what the test wants. */
async function openPuppet(network: MemoryNetwork, self: ServerInfo) {
  const bus = await openBus(network)
  bus.subscribe(signSubject(self), () => undefined)
  await turn()
  return {
    bus,
    say: (kind: 'beat' | 'leave', server = self) => bus.publish(beatSubject, encodeBeat(kind, server)),
    [Symbol.asyncDispose]: () => bus.close(),
  }
}

function name({ id, incarnation }: ServerInfo): string {
  return `${id}@${incarnation}`
}

test('a server is seen by the others when it joins, and knows them when it has opened', async () => {
  const network = createMemoryNetwork()
  await using first = await join(network, infoOf('chat-1'))

  await using second = await open(network, infoOf('chat-2'))
  assert.deepEqual(second.changes, ['+chat-1@1'])
  await turn()
  assert.deepEqual(first.changes, [])
  second.membership.join()

  assert.equal(await first.next(), '+chat-2@1')
  assert.deepEqual(first.membership.find('chat-2'), infoOf('chat-2'))
})

test('servers that start together see one another', async () => {
  const network = createMemoryNetwork()
  const ids = ['chat-1', 'chat-2', 'chat-3', 'gate-1']

  const watchers = await Promise.all(ids.map(async (id) => join(network, infoOf(id))))
  for (const watcher of watchers) while (watcher.membership.all().length < ids.length) await watcher.next()

  for (const { membership } of watchers)
    assert.deepEqual(
      membership.servers('chat').map(({ id }) => id),
      ['chat-1', 'chat-2', 'chat-3'],
    )
  for (const watcher of watchers) await watcher[Symbol.asyncDispose]()
})

test('a server that leaves is gone for everybody, itself too, though it goes on listening', async () => {
  const network = createMemoryNetwork()
  await using leaver = await join(network, infoOf('chat-1'))
  await using other = await join(network, infoOf('chat-2'))
  await leaver.next()

  leaver.membership.leave()
  leaver.membership.leave()

  assert.equal(await other.next(), '-chat-1@1')
  assert.equal(await leaver.next(), '-chat-1@1')
  assert.equal(other.membership.find('chat-1'), undefined)
  await using late = await join(network, infoOf('chat-3'))
  assert.deepEqual(late.membership.servers('chat').map(name), ['chat-2@1', 'chat-3@1'])
  assert.equal(await leaver.next(), '+chat-3@1')
})

test('a server that has not joined says nothing when it leaves', async () => {
  const network = createMemoryNetwork()
  await using other = await join(network, infoOf('chat-2'))
  await using visitor = await open(network, infoOf('chat-1'))

  visitor.membership.leave()
  await turn()

  assert.deepEqual(other.changes, [])
})

test('a server that crashes is gone at once', async () => {
  const network = createMemoryNetwork()
  await using victim = await join(network, infoOf('chat-1'))
  await using other = await join(network, infoOf('chat-2'))
  await victim.next()

  network.crash(victim.bus)

  assert.equal(await other.next(), '-chat-1@1')
})

test('a restarted server takes the place of its earlier life, which left first', async () => {
  const network = createMemoryNetwork()
  await using watcher = await join(network, infoOf('gate-1'))
  await using earlier = await openPuppet(network, infoOf('chat-1', 1))
  await using later = await openPuppet(network, infoOf('chat-1', 2))
  earlier.say('beat')
  assert.equal(await watcher.next(), '+chat-1@1')

  later.say('beat')

  assert.equal(await watcher.next(), '-chat-1@1')
  assert.equal(await watcher.next(), '+chat-1@2')
  assert.deepEqual(watcher.membership.servers('chat').map(name), ['chat-1@2'])
})

test('what an earlier life says late touches the later one no more', async () => {
  const network = createMemoryNetwork()
  await using watcher = await join(network, infoOf('gate-1'))
  await using earlier = await openPuppet(network, infoOf('chat-1', 1))
  await using later = await openPuppet(network, infoOf('chat-1', 2))
  later.say('beat')
  await watcher.next()

  earlier.say('beat')
  earlier.say('leave')
  network.crash(earlier.bus)
  await turn()
  await turn()

  assert.deepEqual(watcher.changes, [])
  assert.equal(watcher.membership.find('chat-1')?.incarnation, 2)
})

test('a beat that comes after the leave is no return', async () => {
  const network = createMemoryNetwork()
  await using watcher = await join(network, infoOf('gate-1'))
  await using puppet = await openPuppet(network, infoOf('chat-1'))
  puppet.say('beat')
  puppet.say('leave')

  puppet.say('beat')
  await turn()

  assert.deepEqual(watcher.changes, ['+chat-1@1', '-chat-1@1'])
})

test('a server may come back on a machine whose clock is behind', async () => {
  const network = createMemoryNetwork()
  await using watcher = await join(network, infoOf('gate-1'))
  await using earlier = await openPuppet(network, infoOf('chat-1', 2))
  await using later = await openPuppet(network, infoOf('chat-1', 1))
  earlier.say('beat')
  earlier.say('leave')
  assert.equal(await watcher.next(), '+chat-1@2')
  assert.equal(await watcher.next(), '-chat-1@2')

  later.say('beat')

  assert.equal(await watcher.next(), '+chat-1@1')
})

test('a server does not take an earlier life of its own for another', async () => {
  const network = createMemoryNetwork()
  await using bus = await openPuppet(network, infoOf('gate-1'))
  bus.bus.subscribe(membersSubject, (message) =>
    message.reply(Buffer.from(JSON.stringify([infoOf('chat-1', 1)]))),
  )
  await turn()

  await using later = await open(network, infoOf('chat-1', 2))

  assert.equal(later.membership.find('chat-1'), undefined)
  bus.say('beat', infoOf('chat-1', 1))
  bus.say('leave', infoOf('chat-1', 1))
  later.membership.join()
  await turn()
  assert.deepEqual(later.changes, ['+chat-1@2'])
})

test('a server is down when it was silent too long, and back when it is heard again', async () => {
  const network = createMemoryNetwork()
  await using watcher = await join(network, infoOf('gate-1'), { heartbeatMs: 5, downAfterMs: 40 })
  await using puppet = await openPuppet(network, infoOf('chat-1'))
  puppet.say('beat')
  assert.equal(await watcher.next(), '+chat-1@1')

  assert.equal(await watcher.next(), '-chat-1@1')
  // until they are linked again
  await turn()
  puppet.say('beat')

  assert.equal(await watcher.next(), '+chat-1@1')
})

test('servers that beat stay', async () => {
  const network = createMemoryNetwork()
  const times = { heartbeatMs: 5, downAfterMs: 50 }
  await using first = await join(network, infoOf('chat-1'), times)
  await using second = await join(network, infoOf('chat-2'), times)
  await first.next()
  const beaten = Promise.withResolvers<undefined>()
  let beats = 0
  first.bus.subscribe(beatSubject, () => ++beats === 60 && beaten.resolve(undefined))
  const hold = setTimeout(() => undefined, 10_000)

  await beaten.promise

  clearTimeout(hold)
  assert.deepEqual([...first.changes, ...second.changes], [])
})

test('a server that stood still itself judges nobody by that time', async () => {
  const network = createMemoryNetwork()
  await using watcher = await join(network, infoOf('gate-1'), { heartbeatMs: 5, downAfterMs: 100 })
  await using puppet = await openPuppet(network, infoOf('chat-1'))
  puppet.say('beat')
  assert.equal(await watcher.next(), '+chat-1@1')

  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 250)
  puppet.say('beat')
  await turn()
  await turn()

  assert.deepEqual(watcher.changes, [])
})

test('what was heard after a standstill does not count as heard later still', async (t) => {
  let now = 0
  t.mock.method(performance, 'now', () => now)
  t.mock.timers.enable({ apis: ['setInterval'] })
  const network = createMemoryNetwork()
  await using watcher = await join(network, infoOf('gate-1'), { heartbeatMs: 100, downAfterMs: 300 })
  await using puppet = await openPuppet(network, infoOf('chat-1'))
  puppet.say('beat')
  assert.equal(await watcher.next(), '+chat-1@1')

  now = 5_000
  puppet.say('beat')
  await turn()
  for (; now <= 5_400; now += 100) t.mock.timers.tick(100)

  assert.equal(watcher.membership.find('chat-1'), undefined)
})

test('the servers of a type come in the order of their ids, as the same array until it changes', async () => {
  const network = createMemoryNetwork()
  await using watcher = await join(network, infoOf('gate-1'))
  await using puppet = await openPuppet(network, infoOf('chat-2'))
  for (const id of ['chat-2', 'chat-1']) puppet.bus.subscribe(signSubject(infoOf(id)), () => undefined)
  await turn()
  puppet.say('beat', infoOf('chat-2'))
  puppet.say('beat', infoOf('chat-1'))
  while (watcher.membership.servers('chat').length < 2) await watcher.next()

  const servers = watcher.membership.servers('chat')
  puppet.say('beat', infoOf('chat-2'))
  await turn()

  assert.deepEqual(servers.map(name), ['chat-1@1', 'chat-2@1'])
  assert.equal(watcher.membership.servers('chat'), servers)
  assert.equal(watcher.membership.servers('nobody'), watcher.membership.servers('nobody'))
  puppet.say('leave', infoOf('chat-2'))
  await turn()
  assert.deepEqual(watcher.membership.servers('chat').map(name), ['chat-1@1'])
  assert.equal(servers.length, 2)
})

test('a listener that fails, at once or later, is logged and keeps no other from hearing', async () => {
  const network = createMemoryNetwork()
  await using watcher = await open(network, infoOf('gate-1'))
  const heard: string[] = []
  watcher.membership.onChange(() => {
    throw new Error('at once')
  })
  watcher.membership.onChange(() => Promise.reject(new Error('later')))
  watcher.membership.onChange((joined) => void heard.push(...joined.map(name)))

  watcher.membership.join()
  await turn()

  assert.deepEqual(heard, ['gate-1@1'])
  assert.deepEqual(
    watcher.log.errors.map(({ fields }) => (fields['err'] as Error).message),
    ['at once', 'later'],
  )
})

test('a listener that was taken back hears nothing more', async () => {
  const network = createMemoryNetwork()
  await using watcher = await open(network, infoOf('gate-1'))
  let heard = 0
  const undo = watcher.membership.onChange(() => void heard++)

  watcher.membership.join()
  undo()
  watcher.membership.leave()

  assert.equal(heard, 1)
})

test('a server that has closed hears and says nothing more', async () => {
  const network = createMemoryNetwork()
  await using watcher = await join(network, infoOf('gate-1'), { heartbeatMs: 1, downAfterMs: 2 })
  await using puppet = await openPuppet(network, infoOf('chat-1'))
  puppet.say('beat')
  await watcher.next()

  watcher.membership.close()
  let beats = 0
  puppet.bus.subscribe(beatSubject, () => beats++)
  network.crash(puppet.bus)
  await using other = await openPuppet(network, infoOf('chat-2'))
  other.say('beat')
  await turn()

  assert.deepEqual(watcher.changes, [])
  assert.equal(beats, 0)
})

test('a server that another has lost is down at once here too if it has been silent for long', async () => {
  const network = createMemoryNetwork()
  await using watcher = await join(network, infoOf('chat-1'), { heartbeatMs: 3_600_000, downAfterMs: 40 })
  await using puppet = await openPuppet(network, infoOf('chat-2'))
  puppet.say('beat')
  assert.equal(await watcher.next(), '+chat-2@1')
  await delay(40)

  watcher.membership.doubt({ ...infoOf('chat-2'), incarnation: 2 })
  watcher.membership.doubt(infoOf('chat-1'))
  assert.deepEqual(watcher.changes, [])
  watcher.membership.doubt(infoOf('chat-2'))

  assert.deepEqual(watcher.changes, ['-chat-2@1'])
})

test('a server that another has lost, and that was heard a moment ago, stays', async () => {
  const network = createMemoryNetwork()
  await using watcher = await join(network, infoOf('gate-1'))
  await using other = await join(network, infoOf('chat-1'))
  assert.equal(await watcher.next(), '+chat-1@1')

  watcher.membership.doubt(other.membership.self)
  await turn()

  assert.deepEqual([watcher.changes, other.changes], [[], []])
})

test('of two that live none is down for the other alone, and they see each other again at once', async () => {
  const network = createMemoryNetwork()
  await using watcher = await join(network, infoOf('gate-1'), { heartbeatMs: 5, downAfterMs: 40 })
  // it lives, but its next beat is far away
  await using silent = await join(network, infoOf('chat-1'))
  assert.equal(await watcher.next(), '+chat-1@1')

  assert.equal(await watcher.next(), '-chat-1@1')
  assert.equal(await silent.next(), '-gate-1@1')

  // the next beat of the one is answered by the other
  assert.equal(await silent.next(), '+gate-1@1')
  assert.equal(await watcher.next(), '+chat-1@1')
})

test('a server that others tell of is there when it is linked, not before', async () => {
  const network = createMemoryNetwork()
  await using watcher = await join(network, infoOf('gate-1'))

  watcher.membership.hear(infoOf('chat-1'))
  assert.deepEqual(watcher.changes, [])
  await using _puppet = await openPuppet(network, infoOf('chat-1'))
  watcher.membership.hear(infoOf('chat-1'))

  assert.deepEqual(watcher.changes, ['+chat-1@1'])
})
