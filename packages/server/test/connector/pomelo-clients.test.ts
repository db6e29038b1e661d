import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { closeReasons } from '@shaddock/protocol'
import { ServerError } from '../../src/index.ts'
import { startListening } from '../fixtures/listening.ts'
import type { Listening } from '../fixtures/listening.ts'
import { createNodeClient, loadBrowserClient } from '../fixtures/pomelo-packages.ts'
import type { BrowserPomelo, NodePomelo, PageOptions } from '../fixtures/pomelo-packages.ts'
import { Queue } from '../transport/acceptor.ts'
import { withFrontend } from '../fixtures/with-setup.ts'

const config = { dictionary: ['onSaid', 'onLeft'] }
const kinds = [
  ['nothing negotiated', { heartbeatSeconds: 0 }],
  ['a dictionary', { heartbeatSeconds: 0, dictionary: true }],
  ['protobuf', { heartbeatSeconds: 0, protobuf: true }],
  ['all that there is', { heartbeatSeconds: 1, dictionary: true, protobuf: true }],
] as const

for (const [what, connector] of kinds) {
  test(`Pomelo's browser client is served with ${what}`, async (t) => {
    await using listening = await startListening({ connector, config })
    const pomelo = await openBrowser(t, listening)
    const said = new Promise((resolve) => pomelo.on('onSaid', resolve))

    const { frontendId } = (await ask(pomelo, 'front.entry.bind', { uid: 'ada', room: 'lobby' })) as {
      frontendId: string
    }
    const echo = await ask(pomelo, 'front.entry.echo', { text: 'e你😀', path: [{ x: -1, y: 2 }] })
    const who = await ask(pomelo, 'back.work.who', {})
    pomelo.notify('back.work.say', { text: 'hello 你好😀' })

    assert.equal(frontendId, 'front-1')
    assert.deepEqual(plain(echo), { text: 'e你😀', path: [{ x: -1, y: 2 }] })
    assert.equal((who as { uid: string }).uid, 'ada')
    assert.deepEqual(plain(await said), { text: 'hello 你好😀' })
  })

  test(`Pomelo's Node client is served with ${what}`, async (t) => {
    await using listening = await startListening({ connector, config })
    const pomelo = await openNode(t, listening)

    const echo = await askNode(pomelo, 'front.entry.echo', { text: 'e你😀', ratio: 0.5 })
    const who = await askNode(pomelo, 'back.work.who', {})

    assert.deepEqual(echo, { text: 'e你😀', ratio: 0.5 })
    assert.equal((who as { serverId: string }).serverId, 'back-1')
  })
}

test("Pomelo's browser client keeps the definitions, and says their version when it comes again", async (t) => {
  const connector = { heartbeatSeconds: 0, protobuf: true }
  await using listening = await startListening({ connector, config })
  const storage = new Map<string, string>()
  await openBrowser(t, listening, { storage })
  const kept = storage.get('protos')
  storage.set('protos', `${kept ?? ''} `)

  const again = await openBrowser(t, listening, { storage })

  assert.deepEqual(plain(await ask(again, 'front.entry.echo', { text: 'kept' })), { text: 'kept' })
  // what is sent again would be stored again
  assert.equal(storage.get('protos'), `${kept ?? ''} `)
})

test("Pomelo's browser client that signs is served, beyond ASCII too", async (t) => {
  await using listening = await startListening({ connector: { heartbeatSeconds: 0, signing: true } })
  const pomelo = await openBrowser(t, listening, { encrypt: true })

  for (const text of ['ascii', 'é', '你好', 'e😀']) {
    assert.deepEqual(plain(await ask(pomelo, 'front.entry.echo', { text })), { text })
  }
})

test("the ids of Pomelo's browser client may pass one byte", async (t) => {
  await using listening = await startListening({ connector: { heartbeatSeconds: 0 } })
  const pomelo = await openBrowser(t, listening)

  for (let first = 0; first < 300; first += 100) {
    const counts = Array.from({ length: 100 }, (_, index) => first + index)
    const answers = await Promise.all(counts.map((count) => ask(pomelo, 'front.entry.echo', { count })))

    assert.deepEqual(
      answers.map((answer) => (answer as { count: number }).count),
      counts,
    )
  }
})

test("Pomelo's browser client hears why it is kicked, and then that it is closed", async (t) => {
  await using listening = await startListening({ connector: { heartbeatSeconds: 3 } })
  const pomelo = await openBrowser(t, listening)
  const events: unknown[] = []
  pomelo.on('onKick', (kick) => events.push(plain(kick)))
  const closed = new Promise((resolve) => pomelo.on('disconnect', resolve))

  pomelo.notify('front.entry.kick', { reason: 'enough' })

  assert.equal(((await closed) as { code: number }).code, closeReasons.kicked.code)
  assert.deepEqual(events, [{ reason: 'enough' }])
})

test("Pomelo's browser client beats, is answered, and stays", async (t) => {
  await using listening = await startListening({ connector: { heartbeatSeconds: 0.1 } })
  const beats = new Queue<void>()
  const pomelo = await openBrowser(t, listening, { onHeartbeat: () => beats.push() })
  const ends: string[] = []
  for (const event of ['close', 'heartbeat timeout']) pomelo.on(event, () => ends.push(event))

  for (let beat = 0; beat < 4; beat++) await beats.next()

  assert.deepEqual(plain(await ask(pomelo, 'front.entry.echo', { still: 'there' })), { still: 'there' })
  assert.deepEqual(ends, [])
})

for (const [code, text] of [
  [500, 'handshake fail'],
  [501, 'client version not fullfill'],
] as const) {
  test(`Pomelo's clients that are refused with ${code} say: ${text}`, async (t) => {
    const definition = withFrontend((app) =>
      app.greet(() => {
        throw new ServerError('DENIED', 'not you', { reply: { code } })
      }),
    )
    await using listening = await startListening({ definition })
    const browser = loadBrowserClient()
    const node = createNodeClient()
    const errors = [browser, node].map((client) => new Promise((resolve) => client.on('error', resolve)))

    for (const client of [browser, node]) client.init(at(listening), () => assert.fail('accepted'))
    t.after(() => [browser, node].forEach((client) => client.disconnect()))

    assert.deepEqual(await Promise.all(errors), [text, text])
  })
}

async function openBrowser(
  t: TestContext,
  listening: Listening,
  { encrypt, ...page }: PageOptions & { encrypt?: boolean } = {},
): Promise<BrowserPomelo> {
  const pomelo = loadBrowserClient(page)
  t.after(() => pomelo.disconnect())
  await new Promise<void>((resolve) => pomelo.init({ ...at(listening), encrypt }, resolve))
  return pomelo
}

async function openNode(t: TestContext, listening: Listening): Promise<NodePomelo> {
  const pomelo = createNodeClient()
  t.after(() => pomelo.disconnect())
  await new Promise<void>((resolve) => pomelo.init(at(listening), resolve))
  return pomelo
}

function at({ port }: Listening): { host: string; port: number } {
  return { host: '127.0.0.1', port }
}

function ask(pomelo: BrowserPomelo, route: string, message: unknown): Promise<unknown> {
  return new Promise((resolve) => pomelo.request(route, message, resolve))
}

function askNode(pomelo: NodePomelo, route: string, message: unknown): Promise<unknown> {
  return new Promise((resolve) => pomelo.request(route, message, (_, body) => resolve(body)))
}

/** Returns a value of this realm: objects of a page's have other prototypes. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value))
}
