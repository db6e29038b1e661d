import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startCluster } from '../src/testing/index.ts'
import type { App } from './fixtures/app/app/contract.ts'
import fixture from './fixtures/app/app.ts'
import { closeReasons, RawClient } from './fixtures/raw-client.ts'
import { RecordedLog } from './fixtures/recorded-log.ts'
import { withFrontend } from './fixtures/with-setup.ts'

const servers = { front: 1, back: 1 }

/** What happens to the clients of a frontend, in words. */
function listening(app: App, events: string[]): (() => void)[] {
  const { clients } = app
  return [
    clients.onConnect(({ id }) => void events.push(`${id} connected`)),
    clients.onBind(({ id }, uid) => void events.push(`${id} is ${uid}`)),
    clients.onUnbind(
      ({ id, closed }, uid) => void events.push(`${id} was ${uid}${closed ? ', closed' : ''}`),
    ),
  ]
}

test('a frontend finds its sessions by id and by uid, bound or not; a back end has none', async () => {
  await using cluster = await startCluster(fixture, servers)
  const { clients } = cluster.app('front-1')
  const ada = await cluster.connect('front')
  await cluster.connect('front')

  await ada.request('front.entry.bind', { uid: 'ada' })

  assert.equal(clients.size, 2)
  assert.deepEqual(
    clients.all().map(({ id, uid }) => [id, uid]),
    [
      [1, 'ada'],
      [2, null],
    ],
  )
  assert.equal(clients.find(2)?.id, 2)
  assert.equal(clients.find(3), undefined)
  assert.deepEqual(clients.ofUid('ada'), [clients.find(1)])
  assert.deepEqual(clients.ofUid('bob'), [])
  assert.equal(cluster.app('back-1').clients.size, 0)
  assert.deepEqual(cluster.app('back-1').clients.all(), [])
  assert.deepEqual(cluster.app('back-1').clients.ofUid('ada'), [])
})

test('a setup hears who connects, who is bound and unbound by whichever server, and who closes while bound', async () => {
  const events: string[] = []
  await using cluster = await startCluster(
    withFrontend((app) => void listening(app, events)),
    servers,
  )
  const client = await cluster.connect('front')
  const other = await cluster.connect('front')

  await client.request('front.entry.bind', { uid: 'ada' })
  await client.request('front.entry.unbind', {})
  await client.request('back.work.bind', { uid: 'bob' })
  await other.request('front.entry.kick', {}).catch(() => undefined)
  await client.request('front.entry.kick', {}).catch(() => undefined)

  assert.deepEqual(events, [
    '1 connected',
    '2 connected',
    '1 is ada',
    '1 was ada',
    '1 is bob',
    '1 was bob, closed',
  ])
})

test('who no longer listens hears nothing', async () => {
  const events: string[] = []
  await using cluster = await startCluster(fixture, servers)
  for (const undo of listening(cluster.app('front-1'), events)) undo()

  const client = await cluster.connect('front')
  await client.request('front.entry.bind', { uid: 'ada' })
  await client.request('front.entry.unbind', {})

  assert.deepEqual(events, [])
})

test('a listener that fails keeps nobody out, and the failure is logged', async () => {
  const log = new RecordedLog()
  const definition = withFrontend(({ clients }) => {
    const fail = () => assert.fail('a listener')
    clients.onConnect(fail)
    clients.onBind(fail)
  })
  await using cluster = await startCluster(definition, servers, { log })
  const client = await cluster.connect('front')

  assert.deepEqual(await client.request('front.entry.bind', { uid: 'ada' }), {
    id: 1,
    frontendId: 'front-1',
  })
  assert.deepEqual(
    log.errors.map(({ fields, message }) => [fields['session'], message]),
    [
      [1, 'a listener to clients failed'],
      [1, 'a listener to clients failed'],
    ],
  )
})

test('a frontend sends to the sessions it chooses, bound or not, in order with its answers', async () => {
  await using cluster = await startCluster(fixture, servers)
  const { clients } = cluster.app('front-1')
  const chosen = await cluster.connect('front')
  const other = await cluster.connect('front')
  const session = clients.find(1)
  assert.ok(session)

  clients.send([session], 'onSaid', { text: 'only you' })
  clients.send([], 'onSaid', { text: 'nobody' })
  clients.send(clients.all(), 'onSaid', { text: 'all' })

  assert.deepEqual(await chosen.next('onSaid'), { text: 'only you' })
  assert.deepEqual(await chosen.next('onSaid'), { text: 'all' })
  assert.deepEqual(await other.next('onSaid'), { text: 'all' })
})

test('what is sent to a session that has closed goes nowhere', async () => {
  await using cluster = await startCluster(fixture, servers)
  const { clients } = cluster.app('front-1')
  const raw = new RawClient(cluster.connectRaw('front-1'))
  await raw.greet()
  const [session] = clients.all()
  assert.ok(session)
  raw.close()
  assert.equal(await raw.closed, closeReasons.client)

  clients.send([session], 'onSaid', { text: 'too late' })

  assert.equal(session.closed, true)
  assert.equal(clients.size, 0)
})
