import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createMemoryNetwork } from '../../src/bus/memory.ts'
import { signSubject } from '../../src/bus/subjects.ts'
import { createMembership } from '../../src/cluster/beat-membership.ts'
import { silentLog } from '../../src/log.ts'
import { Sightings } from '../../src/system/sightings.ts'
import { TimerWheel } from '../../src/timer-wheel.ts'
import { infoOf } from '../cluster/network.ts'

const longMs = 3_600_000

/** Opens the sightings of one server, which hears of others from the test. */
async function open() {
  const bus = createMemoryNetwork().createBus()
  const times = { heartbeatMs: longMs, downAfterMs: 2 * longMs }
  const membership = createMembership({ bus, self: infoOf('gate-1'), log: silentLog, ...times })
  const timers = new TimerWheel({ unref: false, tickMs: 1 })
  const sightings = new Sightings(membership, timers)
  await membership.open()
  // so that those of whom it hears are not lost at once
  for (const server of [infoOf('chat-1'), infoOf('chat-1', 2), infoOf('chat-2')])
    bus.subscribe(signSubject(server), () => undefined)
  return {
    membership,
    sightings,
    timers,
    async [Symbol.asyncDispose]() {
      timers.close()
      membership.close()
      await bus.close()
    },
  }
}

test('who waits for a server to come goes on when it has come, and not when another has', async () => {
  await using one = await open()
  const seen: string[] = []
  const wait = (id: string) =>
    one.sightings.seen({ kind: 'joined', server: infoOf(id) }, longMs).then(() => seen.push(id))
  const [first, again] = [wait('chat-2'), wait('chat-2')]

  one.membership.hear(infoOf('chat-1'))
  await turn()
  const before = [...seen]
  one.membership.hear(infoOf('chat-2'))
  await Promise.all([first, again])

  assert.deepEqual(before, [])
  assert.deepEqual(seen, ['chat-2', 'chat-2'])
  assert.equal(one.timers.waiting, 0)
})

test('what has been seen already is not waited for', async () => {
  await using one = await open()
  one.membership.hear(infoOf('chat-1'))

  await one.sightings.seen({ kind: 'joined', server: infoOf('chat-1') }, longMs)
  await one.sightings.seen({ kind: 'gone', server: infoOf('chat-2') }, longMs)
})

test('who waits for a server to go goes on when a newer life of it takes its place', async () => {
  await using one = await open()
  one.membership.hear(infoOf('chat-1'))
  const gone = one.sightings.seen({ kind: 'gone', server: infoOf('chat-1') }, longMs)

  one.membership.hear(infoOf('chat-1', 2))

  await gone
})

test('who waits too long is refused, and others go on waiting', async () => {
  await using one = await open()
  const change = { kind: 'joined', server: infoOf('chat-1') } as const
  const patient = one.sightings.seen(change, longMs)

  await assert.rejects(one.sightings.seen(change, 1), { code: 'TIMEOUT' })
  one.membership.hear(infoOf('chat-1'))

  await patient
})
