import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Groups } from '../../src/channel/groups.ts'
import { HandOver } from '../../src/channel/hand-over.ts'
import { createOwnerOf } from '../../src/channel/owner-of.ts'
import { createRouter } from '../../src/dispatch/router.ts'
import type { ServerInfo } from '../../src/server-info.ts'
import { ConnectedSession } from '../../src/session/frontend.ts'
import type { Session } from '../../src/session/session.ts'
import { SessionRegistry } from '../../src/session/registry.ts'
import type { Connection } from '../../src/transport/transport.ts'
import { infoOf } from '../cluster/network.ts'
import { RecordedLog } from '../fixtures/recorded-log.ts'

/** A frontend with one member, ada, and what it tells the owners of channels. What waits for its time is the test's. */
async function createFrontend(pick?: (name: string) => ServerInfo) {
  const told: string[] = []
  const late: (() => void)[] = []
  const sessions = new SessionRegistry()
  const log = new RecordedLog()
  let servers: readonly ServerInfo[] = []
  const router = createRouter<Session>(() => servers)
  const ownerOf = createOwnerOf((type, name) => pick?.(name) ?? router.pick(type, name), log)
  const groups = new Groups({
    sessions,
    ownerOf,
    onUnsendable: assert.fail,
    tellGone: () => undefined,
    tellAdopt: ({ id }, { name, uids, from }) =>
      told.push(`${id} adopt ${name} ${uids.join()}${from ? ` from ${from.id}` : ''}`),
  })
  const handOver = new HandOver({
    groups,
    ownerOf,
    isThere: ({ id }) => servers.some((server) => server.id === id),
    tellMoved: (step, { id }, name) => told.push(`${id} ${step} ${name}`),
    timers: {
      schedule(_, run) {
        late.push(run)
        return { cancel: () => undefined }
      },
    },
  })
  // nothing is written to it
  const session = new ConnectedSession(infoOf('front-1'), sessions, {} as Connection)
  await session.bind('ada')
  return {
    groups,
    told,
    log,
    join: ({ id, incarnation, type }: ServerInfo) =>
      groups.join(`${id}@${incarnation}/lobby`, { uid: 'ada', number: 1, owner: { id, incarnation, type } }),
    /** The servers are these from now on: what has changed is told. */
    see(now: readonly ServerInfo[], how: 'left' | 'down' = 'down') {
      const joined = now.filter((server) => !servers.includes(server))
      const left = servers.filter((server) => !now.includes(server))
      servers = now
      told.length = 0
      handOver.onChange(joined, left, how)
      return told
    },
    /** Time passes. */
    wait() {
      told.length = 0
      for (const run of late.splice(0)) run()
      return told
    },
  }
}

const [one, two] = [infoOf('chat-1'), infoOf('chat-2')]

test("a channel whose server is down is the next one's, and the lost one has no group any more", async () => {
  const { groups, join, see, wait } = await createFrontend()
  see([one, two])
  join(one)

  assert.deepEqual(see([two]), ['chat-2 adopt lobby ada'])

  assert.deepEqual(wait(), [])
  assert.equal(groups.size, 1)
})

test('a channel that lost all servers of its type waits for the next one', async () => {
  const { join, see, log } = await createFrontend()
  see([one])
  join(one)

  assert.deepEqual(see([]), [])
  assert.deepEqual(see([two]), ['chat-2 adopt lobby ada', 'chat-1 moved lobby'])
  assert.deepEqual(log.lines, [])
})

test('a channel stays where it is when the choice of a server fails, which is logged', async () => {
  const { groups, join, see, log } = await createFrontend(() => {
    throw new TypeError('no such key')
  })
  see([one, two])
  join(one)

  assert.deepEqual(see([two]), [])

  assert.equal(groups.size, 1)
  assert.deepEqual(
    log.lines.map(({ message }) => message),
    ['no server was chosen for a channel'],
  )
})

test('a server that a channel has moved from is told, and again in the end, in case nobody asked it for the channel', async () => {
  let owner = two
  const { groups, join, see, wait } = await createFrontend(() => owner)
  see([two])
  join(two)
  owner = one

  assert.deepEqual(see([one, two]), ['chat-1 adopt lobby ada from chat-2', 'chat-2 moved lobby'])

  assert.equal(groups.size, 2)
  assert.deepEqual(wait(), ['chat-2 retired lobby'])
  assert.equal(groups.size, 1)
})

test('a server that has the channel back by then is not', async () => {
  let owner = two
  const { join, see, wait } = await createFrontend(() => owner)
  see([two])
  join(two)
  owner = one
  see([one, two])
  owner = two

  see([two])

  assert.deepEqual(wait(), [])
})
