import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRouter, rendezvous } from '../../src/dispatch/router.ts'
import type { Keyed } from '../../src/dispatch/router.ts'
import type { ServerInfo } from '../../src/server-info.ts'
import { infoOf } from '../cluster/network.ts'

const serversOf = (count: number) => Array.from({ length: count }, (_, n) => infoOf(`chat-${n + 1}`))
const keys = Array.from({ length: 10_000 }, (_, n) => `user${n}`)
const ids = fc.uniqueArray(
  fc.integer({ min: 1, max: 999 }).map((n) => `chat-${n}`),
  { minLength: 2, maxLength: 12 },
)

function sessionOf(session: Partial<Keyed>): Keyed {
  return { id: 1, frontendId: 'front-1', uid: null, ...session }
}

test('a key belongs to the same server, in whatever order the servers are known', () => {
  fc.assert(
    fc.property(ids, fc.string(), (ids, key) => {
      const servers = ids.map((id) => infoOf(id))

      const chosen = rendezvous(key, servers)

      assert.equal(rendezvous(key, servers.toReversed()), chosen)
      assert.equal(
        rendezvous(
          key,
          servers.map((server) => ({ ...server, incarnation: 2 })),
        ).id,
        chosen.id,
      )
    }),
  )
})

test('when a server leaves, only its own keys move', () => {
  fc.assert(
    fc.property(ids, fc.nat(), fc.array(fc.string(), { minLength: 20 }), (ids, at, keys) => {
      const servers = ids.map((id) => infoOf(id))
      const leaver = servers[at % servers.length]!
      const rest = servers.filter((server) => server !== leaver)
      for (const key of keys) {
        const before = rendezvous(key, servers)

        const after = rendezvous(key, rest)

        if (before !== leaver) assert.equal(after, before)
      }
    }),
  )
})

test('when a server comes, keys move to it alone', () => {
  fc.assert(
    fc.property(ids, fc.array(fc.string(), { minLength: 20 }), ([newcomer = '', ...ids], keys) => {
      const before = ids.map((id) => infoOf(id))
      const after = [...before, infoOf(newcomer)]
      for (const key of keys) {
        const chosen = rendezvous(key, after)

        if (chosen.id !== newcomer) assert.equal(chosen, rendezvous(key, before))
      }
    }),
  )
})

for (const count of [2, 3, 10]) {
  test(`keys that differ little are spread over ${count} servers, none with a fifth more or less than its share`, () => {
    const servers = serversOf(count)
    const shares = new Map<ServerInfo, number>()

    for (const key of keys) {
      const chosen = rendezvous(key, servers)
      shares.set(chosen, (shares.get(chosen) ?? 0) + 1)
    }

    const fair = keys.length / count
    for (const server of servers) {
      const share = shares.get(server) ?? 0
      assert.ok(Math.abs(share - fair) < fair / 5, `${server.id} has ${share} keys`)
    }
  })
}

test('nobody can be chosen of none', () => {
  assert.throws(() => rendezvous('ada', []), RangeError)
})

test('a session is served by the server of its uid, wherever it is connected', () => {
  const servers = serversOf(5)
  const router = createRouter<Keyed>(() => servers)

  const chosen = router.pick('chat', sessionOf({ uid: 'ada' }))

  assert.equal(router.pick('chat', sessionOf({ uid: 'ada', id: 7, frontendId: 'front-2' })), chosen)
  assert.equal(router.pick('chat', 'ada'), chosen)
  assert.equal(rendezvous('ada', servers), chosen)
})

test('a session without a uid always has the same server, others have others', () => {
  const servers = serversOf(5)
  const router = createRouter<Keyed>(() => servers)
  const picks = keys.slice(0, 100).map((_, id) => router.pick('chat', sessionOf({ id })))

  assert.deepEqual(
    keys.slice(0, 100).map((_, id) => router.pick('chat', sessionOf({ id }))),
    picks,
  )
  assert.equal(new Set(picks).size, 5)
})

test('without a key any server serves', () => {
  const servers = serversOf(3)
  const router = createRouter<Keyed>(() => servers)

  const picks = new Set(keys.slice(0, 1_000).map(() => router.pick('chat', null)))

  assert.equal(picks.size, 3)
})

test('the only server of a type serves whatever the key', () => {
  const [only] = serversOf(1)
  const router = createRouter<Keyed>(() => [only!])

  for (const key of [null, 'ada', sessionOf({})]) assert.equal(router.pick('chat', key), only)
})

test('a type without a server fails as NO_SERVER, its own choice or not', () => {
  const router = createRouter<Keyed>(() => [])
  router.route('chat', (_, servers) => servers[0]!)

  for (const type of ['chat', 'gate'])
    assert.throws(() => router.pick(type, 'ada'), {
      code: 'NO_SERVER',
      message: `no server of type ${type} is there`,
    })
})

test('a type is given its own choice, the others keep theirs', () => {
  const servers = serversOf(3)
  const router = createRouter<Keyed>(() => servers)
  const asked: unknown[] = []
  router.route('chat', (key, known) => {
    asked.push(key)
    assert.equal(known, servers)
    return servers[2]!
  })
  const session = sessionOf({ uid: 'ada' })

  assert.equal(router.pick('chat', session), servers[2])
  assert.equal(router.pick('gate', session), rendezvous('ada', servers))
  assert.deepEqual(asked, [session])
})

test('a choice that chooses nobody is a mistake that names its type', () => {
  const router = createRouter<Keyed>(() => serversOf(2))
  router.route('chat', (_, servers) => servers[9]!)

  assert.throws(() => router.pick('chat', 'ada'), {
    name: 'TypeError',
    message: 'the route function of chat chose no server',
  })
})
