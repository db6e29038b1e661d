import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CloseReason } from '@shaddock/protocol'
import { ServerError } from '../../src/errors.ts'
import { ConnectedSession } from '../../src/session/frontend.ts'
import { SessionRegistry } from '../../src/session/registry.ts'
import { decodeSnapshot } from '../../src/session/snapshot.ts'
import { connectPair } from '../fixtures/connection.ts'
import { closeReasons, json, PacketType } from '../fixtures/raw-client.ts'

const frontend = { id: 'front-1', incarnation: 5 }

async function openSession(registry = new SessionRegistry()) {
  const pair = await connectPair((reason) => session.end(reason))
  const session = new ConnectedSession(frontend, registry, pair.connection)
  return { ...pair, session, registry, [Symbol.dispose]: () => pair.client.close() }
}

async function openClosed() {
  const opened = await openSession()
  opened.session.end(closeReasons.client)
  return opened
}

test('sessions of a frontend count from one', async () => {
  const registry = new SessionRegistry()
  using first = await openSession(registry)
  using second = await openSession(registry)

  assert.deepEqual([first.session.id, second.session.id], [1, 2])
  assert.equal(registry.size, 2)
  assert.equal(registry.find(2), second.session)
})

test('a session says where it is', async () => {
  using opened = await openSession()

  assert.equal(opened.session.frontendId, 'front-1')
  assert.equal(opened.session.remoteAddress, 'memory')
  assert.equal(opened.session.uid, null)
  assert.equal(opened.session.closed, false)
})

test('a bound session is found by its uid, also when it is bound to it again', async () => {
  using opened = await openSession()
  const { session, registry } = opened

  await session.bind('ada')
  await session.bind('ada')

  assert.equal(session.uid, 'ada')
  assert.deepEqual([...registry.ofUid('ada')], [session])
})

test('a bound session cannot be bound to another uid until it is unbound', async () => {
  using opened = await openSession()
  const { session, registry } = opened
  await session.bind('ada')

  await assert.rejects(session.bind('bob'), {
    code: 'DENIED',
    message: 'session 1 is bound to ada, not to bob',
  })
  assert.equal(session.uid, 'ada')
  await session.unbind()
  await session.bind('bob')

  assert.deepEqual([registry.ofUid('ada').size, registry.ofUid('bob').size], [0, 1])
})

/** Decides when the test says so. */
function openClaims() {
  const decision = Promise.withResolvers<undefined>()
  const asked: string[] = []
  const released: string[] = []
  const registry = new SessionRegistry()
  registry.claims = {
    claim: (_, uid) => {
      asked.push(uid)
      return decision.promise
    },
    release: (_, uid) => void released.push(uid),
  }
  return { decision, asked, released, registry }
}

test('where claims are made, a session is bound when its own is granted', async () => {
  const { decision, asked, released, registry } = openClaims()
  using opened = await openSession(registry)
  const { session } = opened

  const binding = session.bind('ada')
  const again = session.bind('ada')
  await assert.rejects(session.bind('bob'), {
    code: 'DENIED',
    message: 'session 1 is bound to ada, not to bob',
  })
  assert.deepEqual([session.uid, session.claimedUid, registry.ofUid('ada').size], [null, 'ada', 0])
  decision.resolve(undefined)
  await Promise.all([binding, again])

  assert.deepEqual([session.uid, registry.ofUid('ada').size], ['ada', 1])
  assert.deepEqual([asked, released], [['ada'], []])
})

test('a claim is released when the session is unbound or closes', async () => {
  const { decision, released, registry } = openClaims()
  decision.resolve(undefined)
  using opened = await openSession(registry)
  const { session } = opened

  await session.bind('ada')
  await session.unbind()
  await session.bind('bob')
  session.end(closeReasons.client)

  assert.deepEqual(released, ['ada', 'bob'])
})

test('a session whose claim is refused is not bound, and may be to another uid', async () => {
  const { decision, registry } = openClaims()
  using opened = await openSession(registry)
  const { session } = opened
  decision.reject(new ServerError('DENIED', 'ada is logged in already'))

  await assert.rejects(session.bind('ada'), { code: 'DENIED' })

  assert.deepEqual([session.uid, session.claimedUid], [null, null])
})

test('a session that closes as its claim is granted releases it', async () => {
  const { decision, released, registry } = openClaims()
  using opened = await openSession(registry)
  const { session } = opened

  const binding = session.bind('ada')
  decision.resolve(undefined)
  session.end(closeReasons.lost)

  await assert.rejects(binding, { code: 'GONE' })
  assert.deepEqual(released, ['ada'])
  assert.equal(registry.ofUid('ada').size, 0)
})

test('an unbound session is unbound again without a word', async () => {
  using opened = await openSession()

  await opened.session.unbind()

  assert.equal(opened.session.uid, null)
})

test('what is no text, or an empty one, is no uid', async () => {
  using opened = await openSession()
  for (const uid of [undefined, null, 5, {}, ['ada'], ''])
    await assert.rejects(opened.session.bind(uid as string), { code: 'BAD_MESSAGE' })

  assert.equal(opened.session.uid, null)
})

test('several sessions may be bound to one uid, and each leaves alone', async () => {
  const registry = new SessionRegistry()
  using first = await openSession(registry)
  using second = await openSession(registry)
  await first.session.bind('ada')
  await second.session.bind('ada')
  assert.equal(registry.ofUid('ada').size, 2)

  first.session.end(closeReasons.lost)

  assert.deepEqual([...registry.ofUid('ada')], [second.session])
})

test('a session keeps what is set, under whatever key', async () => {
  using opened = await openSession()
  const { session } = opened
  for (const key of ['room', '__proto__', 'constructor', 'toString', '']) {
    assert.equal(session.get(key), undefined, key)

    session.set(key, { key })

    assert.deepEqual(session.get(key), { key })
  }
  session.set('room', undefined)
  assert.equal(session.get('room'), undefined)
  assert.equal(({} as Record<string, unknown>)['key'], undefined)
})

test('the state of a session is a copy of all that is set, under whatever key', async () => {
  using opened = await openSession()
  const { session } = opened
  assert.deepEqual(session.state, {})
  session.set('room', 'lobby')
  session.set('__proto__', 1)

  const { state } = session
  session.set('room', 'cellar')

  assert.deepEqual(Object.entries(state), [
    ['room', 'lobby'],
    ['__proto__', 1],
  ])
})

test('what travels of a session is what it holds, and is encoded once until that changes', async () => {
  using opened = await openSession()
  const { session } = opened
  const fresh = session.snapshot
  assert.deepEqual(decodeSnapshot(fresh), {
    id: 1,
    frontendId: 'front-1',
    incarnation: 5,
    uid: null,
    state: {},
  })
  assert.equal(session.snapshot, fresh)

  session.set('room', 'lobby')
  assert.deepEqual(decodeSnapshot(session.snapshot).state, { room: 'lobby' })
  await session.bind('ada')
  assert.equal(decodeSnapshot(session.snapshot).uid, 'ada')
  await session.unbind()
  assert.equal(decodeSnapshot(session.snapshot).uid, null)
})

test('a kick with a reason tells the client and closes', async () => {
  using opened = await openSession()

  await opened.session.kick('too loud')

  const { body } = await opened.client.next(PacketType.kick)
  assert.deepEqual(Buffer.from(body), Buffer.from(json({ reason: 'too loud' })))
  assert.equal(await opened.client.closed, closeReasons.kicked)
})

test('a kick without a reason closes without a packet', async () => {
  using opened = await openSession()

  await opened.session.kick()

  assert.equal(await opened.client.closed, closeReasons.kicked)
  assert.deepEqual(opened.client.packets, [])
})

test('a session that has closed is found no more, and still says who it was', async () => {
  using opened = await openSession()
  const { session, registry, client } = opened
  await session.bind('ada')
  const reason = new Promise<CloseReason>((resolve) => session.onClose(resolve))

  client.vanish()

  assert.equal((await reason).reconnect, true)
  assert.equal(session.closed, true)
  assert.equal(session.uid, 'ada')
  assert.equal(registry.size, 0)
  assert.equal(registry.ofUid('ada').size, 0)
})

test('a session that has closed can be neither bound, nor unbound, nor pushed', async () => {
  using closed = await openClosed()
  const gone = { code: 'GONE', message: 'session 1 of front-1 is closed' }

  await assert.rejects(closed.session.bind('ada'), gone)
  await assert.rejects(closed.session.unbind(), gone)
  await assert.rejects(closed.session.push(), gone)
  assert.equal(closed.registry.ofUid('ada').size, 0)
})

test('to kick a session that has closed does nothing', async () => {
  using closed = await openClosed()

  await closed.session.kick('late')
})

test('close listeners are called once, with the reason, after the session has left the registry', async () => {
  using opened = await openSession()
  const { session, registry } = opened
  const heard: [reason: string, sessions: number][] = []
  session.onClose(({ reason }) => void heard.push([reason, registry.size]))

  session.end(closeReasons.kicked)
  session.end(closeReasons.lost)
  await Promise.resolve()

  assert.deepEqual(heard, [['kicked', 0]])
})

test('a close listener that comes too late is called all the same', async () => {
  using closed = await openClosed()

  const reason = await new Promise((resolve) => closed.session.onClose(resolve))

  assert.equal(reason, closeReasons.client)
})

test('a close listener that was taken back is not called', async () => {
  using opened = await openSession()
  const heard: string[] = []
  const undo = opened.session.onClose(() => void heard.push('taken back'))
  opened.session.onClose(() => void heard.push('kept'))

  undo()
  opened.session.end(closeReasons.client)
  await Promise.resolve()
  undo()

  assert.deepEqual(heard, ['kept'])
})

test('a close listener that fails, at once or later, is reported and keeps no other from hearing', async () => {
  const registry = new SessionRegistry()
  const reported: string[] = []
  const all = Promise.withResolvers<undefined>()
  registry.onListenerError = (error, { id }) => {
    if (reported.push(`${id} ${String(error)}`) === 2) all.resolve(undefined)
  }
  using opened = await openSession(registry)
  let heard = false
  opened.session.onClose(() => {
    throw new Error('at once')
  })
  opened.session.onClose(() => Promise.reject(new Error('later')))
  opened.session.onClose(() => void (heard = true))

  opened.session.end(closeReasons.client)
  await all.promise

  assert.deepEqual(reported.sort(), ['1 Error: at once', '1 Error: later'])
  assert.equal(heard, true)
})
