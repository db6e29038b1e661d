import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { connect as connectTls } from 'node:tls'
import { connect } from '@shaddock/client'
import type { Fixture } from '../fixtures/app/app/contract.ts'
import { startListening } from '../fixtures/listening.ts'
import { StrictClient } from '../fixtures/strict-client.ts'
import { testKeys } from '../fixtures/tls.ts'

const plain = { heartbeatSeconds: 0 }
const everything = { dictionary: true, protobuf: true, heartbeatSeconds: 3 }
const config = { dictionary: ['onSaid', 'onLeft'] }

for (const [what, connector] of [
  ['nothing negotiated', plain],
  ['a dictionary', { ...plain, dictionary: true }],
  ['protobuf', { ...plain, protobuf: true }],
  ['all that there is', everything],
] as const) {
  test(`a client as strict as libpomelo2 is served over TCP with ${what}`, async () => {
    await using listening = await startListening({ connector, config })
    const client = new StrictClient({ port: listening.port })

    await client.open()
    const bound = await client.request('front.entry.bind', { uid: 'ada', room: 'lobby' })
    const answers = await Promise.all([
      client.request('front.entry.echo', { text: 'e😀', path: [{ x: -1, y: 300 }] }),
      client.request('back.work.who', {}),
      client.request('front.entry.set', { key: 'count', value: 1 }),
      client.request('front.entry.nosuch', {}),
    ])
    client.notify('back.work.say', { text: 'hello 你好😀' })

    assert.equal((bound as { frontendId: string }).frontendId, 'front-1')
    assert.deepEqual(answers[0], { text: 'e😀', path: [{ x: -1, y: 300 }] })
    assert.equal((answers[1] as { uid: string }).uid, 'ada')
    assert.deepEqual(answers[2], {})
    assert.equal((answers[3] as { code: number }).code, 404)
    assert.deepEqual(await client.nextPush(), { route: 'onSaid', body: { text: 'hello 你好😀' } })
    client.close()
    await client.closed
  })
}

test('a strict client that keeps the dictionary and the definitions is not sent them again', async () => {
  await using listening = await startListening({ connector: everything, config })
  const first = new StrictClient({ port: listening.port })
  await first.open()
  first.close()

  const second = new StrictClient({ port: listening.port, kept: first.kept })
  const answer = await second.open()
  await second.request('front.entry.bind', { uid: 'ada', room: 'lobby' })
  second.notify('back.work.say', { text: 'kept' })

  assert.deepEqual(answer, { code: 200, sys: { heartbeat: 3, useDict: true, useProto: true } })
  assert.deepEqual((await second.nextPush()).body, { text: 'kept' })
  second.close()
  await Promise.all([first.closed, second.closed])
})

test('a client of Unity says no versions, finds the dictionary in dict, and is served', async () => {
  await using listening = await startListening({ connector: everything, config })
  const client = new StrictClient({ port: listening.port, sys: { type: 'unity-socket', version: '0.3.0' } })

  const answer = (await client.open()) as { sys: { dict: object; routeToCode: object; protos: object } }

  assert.deepEqual(answer.sys.dict, answer.sys.routeToCode)
  assert.deepEqual(Object.keys(answer.sys.protos), ['server', 'client', 'version'])
  assert.deepEqual(await client.request('front.entry.echo', { ratio: 0.5 }), { ratio: 0.5 })
  client.close()
  await client.closed
})

test('a strict client is served over TLS', async () => {
  await using listening = await startListening({ connector: { ...everything, ssl: testKeys }, config })
  const socket = connectTls({ port: listening.port, host: 'localhost', ca: testKeys.cert })
  await once(socket, 'secureConnect')
  const client = new StrictClient({ port: listening.port, socket })

  await client.open()

  assert.deepEqual(await client.request('front.entry.echo', { text: 'secure' }), { text: 'secure' })
  client.close()
  await client.closed
})

test('a strict client that beats on its own clock is answered, and kicked with a reason it ignores', async () => {
  await using listening = await startListening({ connector: everything, config })
  const client = new StrictClient({ port: listening.port })
  await client.open()

  // one at once behind the ack, and one for each of its own
  assert.equal((await client.nextOther(3)).length, 0)
  client.heartbeat()
  assert.equal((await client.nextOther(3)).length, 0)
  client.notify('front.entry.kick', { reason: 'enough' })

  assert.equal((await client.nextOther(5)).toString(), '{"reason":"enough"}')
  await client.closed
})

test('browsers and native clients in one channel each hear what they can read', async () => {
  await using listening = await startListening({ connector: everything, config })
  const native = new StrictClient({ port: listening.port })
  await native.open()
  await native.request('front.entry.bind', { uid: 'ada', room: 'lobby' })
  await using browser = await connect<Fixture>(`ws://127.0.0.1:${listening.port}`)
  const heard = new Promise((resolve) => browser.on('onSaid', resolve))
  await browser.request('front.entry.bind', { uid: 'bob', room: 'lobby' })

  browser.notify('back.work.say', { text: 'e😀' })

  assert.deepEqual((await native.nextPush()).body, { text: 'e😀' })
  assert.deepEqual(await heard, { text: 'e😀' })
  native.close()
  await native.closed
})

test('a strict client is told that it is refused, and why its connection ends', async () => {
  await using listening = await startListening({ connector: { ...everything, signing: true }, config })
  const client = new StrictClient({ port: listening.port })

  assert.deepEqual(await client.open(), { code: 500 })
  await client.closed
})
