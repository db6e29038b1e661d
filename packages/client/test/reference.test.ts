import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import { connect, RequestError } from '../src/index.ts'
import { usePage } from './fixtures/page.ts'
import { createPomelo, record } from './fixtures/pomelo-client.ts'
import { type Reference, startReference } from './fixtures/reference.ts'

// Pomelo 2.2.7 itself answers here: one application for all tests, since it takes a second to start

let reference: Reference
before(async () => {
  reference = await startReference()
})
after(() => reference[Symbol.asyncDispose]())

test('Pomelo answers requests in JSON and in protobuf, by number and by name', async (t) => {
  const { ask } = await enter(t)
  const message = { text: 'e你😀', numbers: [0, -1, 70_000], ratio: 0.5 }

  assert.deepEqual(await ask('full.entryHandler.echo', message), { code: 200, message })
  assert.deepEqual(await ask('full.entryHandler.fail', {}), { code: 500, reason: 'on purpose' })
  assert.deepEqual(await ask('full.entryHandler.nosuch', {}), { code: 500 })
})

test('pushes of Pomelo come in protobuf and in JSON', async (t) => {
  const { pomelo, ask } = await enter(t)
  const heard = (route: string) => new Promise((resolve) => pomelo.on(route, resolve))
  const moves = {
    entityId: 7,
    path: [
      { x: 1, y: -2 },
      { x: 300, y: 0 },
    ],
    name: '移动😀',
  }
  const texts = { text: '你好', route: 'onText' }

  const [move, text] = [heard('onMove'), heard('onText')]
  await ask('full.entryHandler.push', { route: 'onMove', body: moves })
  await ask('full.entryHandler.push', { route: 'onText', body: texts })

  assert.deepEqual(await move, moves)
  assert.deepEqual(await text, texts)
})

test('definitions of Pomelo are kept, and serve the next connection', async (t) => {
  const storage = usePage(t)
  await enter(t, { uid: 'first' })
  const kept = storage.get('protos')

  const { ask } = await enter(t, { uid: 'second' })

  assert.match(kept ?? '', /"version":"[\w+/]+=="/)
  assert.deepEqual(await ask('full.entryHandler.echo', { text: 'kept' }), {
    code: 200,
    message: { text: 'kept' },
  })
})

test('a kick of Pomelo is heard with its reason, then the end', async (t) => {
  const { pomelo, ask } = await enter(t, { uid: 'kicked' })
  const events = record(pomelo)
  const kick = new Promise((resolve) => pomelo.on('onKick', resolve))

  void ask('full.entryHandler.kick', { reason: 'enough' })

  assert.deepEqual(await kick, { reason: 'enough' })
  assert.deepEqual(
    [await events.next(), await events.next(), await events.next()],
    ['onKick', 'close', 'disconnect'],
  )
})

test('Pomelo verifies what the client signs', async (t) => {
  const pomelo = createPomelo(t)
  const signing = { host: '127.0.0.1', port: reference.ports.crypto, encrypt: true }
  await new Promise((resolve) => pomelo.init(signing, resolve))

  for (const text of ['signed', 'Zoë']) {
    const answer = await new Promise((resolve) =>
      pomelo.request('crypto.entryHandler.echo', { text }, resolve),
    )
    assert.deepEqual(answer, { code: 200, message: { text } })
  }
})

test('the typed client speaks to Pomelo too', async () => {
  await using client = await connect(`ws://127.0.0.1:${reference.ports.full}`)

  const echoed: unknown = await client.request('full.entryHandler.echo', { text: 'typed' })

  assert.deepEqual(echoed, { code: 200, message: { text: 'typed' } })
  await assert.rejects(
    client.request('full.entryHandler.fail'),
    (error) => error instanceof RequestError && error.code === 500,
  )
})

async function enter(t: TestContext, { uid = t.name } = {}) {
  const pomelo = createPomelo(t)
  await new Promise((resolve) => pomelo.init({ host: '127.0.0.1', port: reference.ports.full }, resolve))
  const ask = (route: string, message: unknown): Promise<unknown> =>
    new Promise((resolve) => pomelo.request(route, message, resolve))
  await ask('full.entryHandler.enter', { uid })
  return { pomelo, ask }
}
