import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ServerError } from '../../src/index.ts'
import { BackendSession } from '../../src/session/backend.ts'
import { startCluster } from '../../src/testing/index.ts'
import fixture from '../fixtures/app/app.ts'
import { handledBy } from '../fixtures/handled-by.ts'
import type { Handle } from '../fixtures/handled-by.ts'
import { closeReasons, RawClient } from '../fixtures/raw-client.ts'

/** A client of a frontend whose every call to the back end is what `steps` says, one after the other. */
async function startWith(...steps: Handle[]) {
  const cluster = await startCluster(
    handledBy((session, call, app) => steps.shift()?.(session, call, app)),
    { front: 1, back: 1 },
  )
  const client = await cluster.connect('front')
  return {
    cluster,
    client,
    /** Has the next step done. */
    step: () => client.request('back.work.who', {}) as Promise<unknown>,
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  }
}

test('a back end sees the session that the frontend has', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 1 })
  const client = await cluster.connect('front')
  await client.request('front.entry.bind', { uid: 'ada', room: 'lobby' })

  const seen = await client.request('back.work.who', {})

  assert.deepEqual(seen, { serverId: 'back-1', uid: 'ada', room: 'lobby' })
})

test('a session says on the back end where it is', async () => {
  await using app = await startWith(({ id, frontendId, uid }) => ({ id, frontendId, uid }))

  assert.deepEqual(await app.step(), { id: 1, frontendId: 'front-1', uid: null })
})

test('what a back end binds is bound at once for itself, the frontend, and the next call', async () => {
  await using app = await startWith(
    async (session) => {
      await session.bind('ada')
      await session.bind('ada')
      return session.uid
    },
    (session) => session.uid,
  )

  assert.equal(await app.step(), 'ada')
  assert.equal(await app.step(), 'ada')
  await assert.rejects(app.client.request('front.entry.bind', { uid: 'bob' }), { code: 403 })
})

test('what a back end unbinds may be bound anew', async () => {
  await using app = await startWith(async (session) => {
    await session.bind('ada')
    await session.unbind()
    assert.equal(session.uid, null)
    await session.bind('bob')
    return session.uid
  })

  assert.equal(await app.step(), 'bob')
})

test('a back end cannot bind a bound session to another uid, and goes on seeing the first', async () => {
  await using app = await startWith(async (session) => {
    await session.bind('ada')
    const refused = await session.bind('bob').catch((error: unknown) => error)
    assert.ok(refused instanceof ServerError)
    return { code: refused.code, uid: session.uid }
  })

  assert.deepEqual(await app.step(), { code: 'DENIED', uid: 'ada' })
})

test('what a back end sets is seen by this call at once, by the next one only after a push', async () => {
  await using app = await startWith(
    (session) => {
      session.set('count', 1)
      return session.get('count')
    },
    async (session) => {
      assert.equal(session.get('count'), undefined)
      session.set('count', 2)
      await session.push()
      return session.get('count')
    },
    (session) => session.get('count'),
  )

  assert.deepEqual([await app.step(), await app.step(), await app.step()], [1, 2, 2])
})

test('the state is what the frontend had and this call has set', async () => {
  await using app = await startWith(
    async (session) => {
      session.set('room', 'lobby')
      await session.push()
    },
    (session) => {
      session.set('count', 1)
      return session.state
    },
  )
  await app.step()

  assert.deepEqual(await app.step(), { room: 'lobby', count: 1 })
})

test('what the frontend sets is seen by the next call', async () => {
  await using app = await startWith((session) => session.get('room'))
  await app.client.request('front.entry.bind', { uid: 'ada', room: 'lobby' })

  assert.equal(await app.step(), 'lobby')
})

test('a value that is set to undefined is taken back, here and there', async () => {
  await using app = await startWith(
    async (session) => {
      session.set('room', undefined)
      await session.push()
      return session.get('room') === undefined
    },
    (session) => session.get('room') === undefined,
  )
  await app.client.request('front.entry.bind', { uid: 'ada', room: 'lobby' })

  assert.deepEqual([await app.step(), await app.step()], [true, true])
})

test('no key is special', async () => {
  const keys = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', '']
  await using app = await startWith(
    async (session) => {
      const before = keys.filter((key) => session.get(key) !== undefined)
      for (const key of keys) session.set(key, { key })
      await session.push()
      return before
    },
    (session) => keys.map((key) => session.get(key)),
  )

  assert.deepEqual(await app.step(), [])
  assert.deepEqual(
    await app.step(),
    keys.map((key) => ({ key })),
  )
})

test('a push sends what changed since the one before, so that it undoes nothing of others', async () => {
  await using app = await startWith(async (session, _, { rpc }) => {
    session.set('room', 'mine')
    await session.push()
    // meanwhile, somebody else
    await rpc.back.work.nothing(null)
    await app.client.request('front.entry.set', { key: 'room', value: 'theirs' as never })
    session.set('count', 1)
    await session.push()
  })

  await app.step()

  assert.deepEqual(await app.client.request('front.entry.get', { key: 'room' }), { value: 'theirs' })
  assert.deepEqual(await app.client.request('front.entry.get', { key: 'count' }), { value: 1 })
})

test('a push without a change is no call', async () => {
  const done = Promise.withResolvers<undefined>()
  await using app = await startWith(async (session) => {
    await app.cluster.crash('front-1')
    await session.push()
    done.resolve(undefined)
  })
  const request = assert.rejects(app.step(), { code: 503 })

  await done.promise
  await request
})

test('a push that failed sends the same again', async () => {
  const pushed: string[] = []
  const session = new BackendSession(
    { id: 1, frontendId: 'front-1', incarnation: 1, uid: null, state: {} },
    {
      bind: () => Promise.resolve(),
      unbind: () => Promise.resolve(),
      kick: () => Promise.resolve(),
      push: async (_, changes) => {
        pushed.push(JSON.stringify([...changes]))
        if (pushed.length === 1) throw new ServerError('TIMEOUT', 'late')
      },
    },
  )
  session.set('a', 1)
  session.set('b', 1)
  const failed = session.push()
  session.set('b', 2)

  await assert.rejects(failed, { code: 'TIMEOUT' })
  await session.push()
  await session.push()

  assert.deepEqual(pushed, ['[["a",1],["b",1]]', '[["a",1],["b",2]]'])
})

test('a kick from a back end reaches the client, with its reason', async () => {
  await using app = await startWith((session) => session.kick('too loud'))
  const raw = new RawClient(app.cluster.connectRaw('front-1'))
  await raw.greet()

  raw.request(1, 'back.work.who', {})

  assert.equal(await raw.closed, closeReasons.kicked)
  assert.deepEqual(
    raw.packets.filter(({ type }) => type === 5).map(({ body }) => Buffer.from(body).toString()),
    ['{"reason":"too loud"}'],
  )
})

test('a kick from a back end needs no reason', async () => {
  await using app = await startWith((session) => session.kick())
  const raw = new RawClient(app.cluster.connectRaw('front-1'))
  await raw.greet()

  raw.request(1, 'back.work.who', {})

  assert.equal(await raw.closed, closeReasons.kicked)
  assert.deepEqual(
    raw.packets.filter(({ type }) => type === 5),
    [],
  )
})

test('a session that has closed meanwhile is GONE for the back end, and to kick it does nothing', async () => {
  const outcome = Promise.withResolvers<unknown[]>()
  await using app = await startWith(async (session) => {
    raw.vanish()
    await raw.closed
    await app.client.request('front.entry.echo', {})
    session.set('room', 'lobby')
    const acts = [session.bind('ada'), session.unbind(), session.push(), session.kick('late')]
    outcome.resolve(await Promise.all(acts.map((act) => act.then(() => 'done', codeOf))))
  })
  const raw = new RawClient(app.cluster.connectRaw('front-1'))
  await raw.greet()

  raw.request(1, 'back.work.who', {})

  assert.deepEqual(await outcome.promise, ['GONE', 'GONE', 'GONE', 'done'])
})

test('a session of a restarted frontend is not mistaken for one of its earlier life', async () => {
  const outcome = Promise.withResolvers<unknown>()
  await using app = await startWith(async (session) => {
    await app.cluster.crash('front-1')
    await app.cluster.restart('front-1')
    const client = await app.cluster.connect('front-1')
    outcome.resolve(await session.bind('ada').catch(codeOf))
    return client.close()
  })
  const request = assert.rejects(app.step(), { code: 503 })

  assert.equal(await outcome.promise, 'GONE')
  await request
})

function codeOf(error: unknown): string {
  assert.ok(error instanceof ServerError)
  return error.code
}
