import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import { compileProtos, encodeRequestPacket, parseProtos, protosText } from '@shaddock/protocol'
import type { HandshakeProtos } from '@shaddock/protocol'
import { startCluster } from '../../src/testing/index.ts'
import type { Cluster } from '../../src/testing/index.ts'
import type { Fixture } from '../fixtures/app/app/contract.ts'
import fixture from '../fixtures/app/app.ts'
import { json, PacketType, RawClient } from '../fixtures/raw-client.ts'
import { RecordedLog } from '../fixtures/recorded-log.ts'

const connector = { protobuf: true, heartbeatSeconds: 0 }
const [server, client] = await Promise.all(
  ['serverProtos', 'clientProtos'].map(async (name) => {
    const file = new URL(`../fixtures/app/config/${name}.json`, import.meta.url)
    return parseProtos(JSON.parse(await readFile(file, 'utf8')))
  }),
)
const sent = compileProtos(client!)
const heard = compileProtos(server!)

test('the handshake carries the definitions and their version, once to a client that keeps them', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 1 }, { connector })
  const version = createHash('md5').update(protosText(client!, server!)).digest('base64')

  const fresh = await greet(cluster, {})
  const kept = await greet(cluster, { protoVersion: version })
  const stale = await greet(cluster, { protoVersion: 'old' })

  assert.deepEqual(fresh.sys, { protos: { server, client, version }, useProto: true })
  assert.deepEqual(kept.sys, { useProto: true })
  assert.deepEqual(stale.sys, fresh.sys)
})

test('a handler here or elsewhere sees the same object, however it came', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 1 }, { connector })
  const { client } = await greet(cluster, {})
  const echoed = { text: 'e😀', path: [{ x: -1, y: 2 }], ratio: 0.5 }

  const echo = await ask(client, 'front.entry.echo', sent.get('front.entry.echo')!.encode(echoed))
  const count = await ask(client, 'back.work.count', sent.get('back.work.count')!.encode({ count: 70_000 }))

  assert.deepEqual(JSON.parse(text(echo)), echoed)
  assert.deepEqual(heard.get('back.work.count')!.decode(count), { count: 70_000 })
})

test('a route without a definition travels as JSON', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 1 }, { connector })
  const { client } = await greet(cluster, {})

  const answer = await ask(client, 'back.work.who', json({}))

  assert.equal((JSON.parse(text(answer)) as { serverId: string }).serverId, 'back-1')
})

test('bytes that are no message of the definition are answered with 400, and others are served', async () => {
  const log = new RecordedLog()
  await using cluster = await startCluster(fixture, { front: 1, back: 1 }, { connector, log })
  const { client } = await greet(cluster, {})

  for (const body of ['{"text":"x"}', '\x0a\x05x', '\xff', '\x12\x01\x08']) {
    const answer = await ask(client, 'front.entry.echo', Buffer.from(body, 'latin1'))
    assert.equal((JSON.parse(text(answer)) as { code: number }).code, 400, body)
  }

  const answer = await ask(client, 'front.entry.echo', sent.get('front.entry.echo')!.encode({ text: 'fine' }))
  assert.deepEqual(JSON.parse(text(answer)), { text: 'fine' })
  assert.deepEqual(log.errors, [])
})

test('an answer that its definition does not foresee is answered in part, and never empty', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 1 }, { connector })
  const { client } = await greet(cluster, {})

  const refused = await ask(client, 'front.entry.fail', json({ how: 'refuse' }))
  const nothing = await ask(client, 'front.entry.fail', json({ how: 'nothing' }))

  assert.deepEqual(heard.get('front.entry.fail')!.decode(refused), { code: 403 })
  assert.deepEqual(heard.get('front.entry.fail')!.decode(nothing), { how: '' })
})

test('an answer that outgrows a packet in protobuf is refused, which its definition cannot say', async () => {
  const large = { ...connector, maxBodyBytes: 16_777_215 }
  await using cluster = await startCluster(fixture, { front: 1, back: 1 }, { connector: large })
  const { client } = await greet(cluster, {})
  // two bytes each in JSON, eight in protobuf
  const value = new Array<number>(2_200_000).fill(1)
  await ask(client, 'front.entry.set', json({ key: 'room', value }))

  const answer = await ask(client, 'front.entry.get', json({ key: 'room' }))

  assert.deepEqual(heard.get('front.entry.get')!.decode(answer), { value: [] })
})

test('a push is written to each client as it can read it', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 1 }, { connector })
  const browser = await greet(cluster, { type: 'js-websocket' })
  const native = await greet(cluster, { type: 'ios' })
  for (const [index, { client }] of [browser, native].entries()) {
    await ask(client, 'front.entry.bind', json({ uid: `user${index}`, room: 'lobby' }))
  }

  const said = sent.get('back.work.say')!.encode({ text: 'e😀' })
  native.client.sendBytes(encodeRequestPacket(9, 'back.work.say', said))

  const bodies = await Promise.all([browser, native].map(({ client }) => nextPush(client)))
  assert.deepEqual(bodies.map(hex), ['0a0765eda0bdedb880', '0a0565f09f9880'])
  for (const body of bodies) assert.deepEqual(heard.get('onSaid')!.decode(body), { text: 'e😀' })
})

test('a push that does not fit its definition is not sent, and logged once', async () => {
  const log = new RecordedLog()
  await using cluster = await startCluster(fixture, { front: 1, back: 1 }, { connector, log })
  const { client } = await greet(cluster, {})
  await ask(client, 'front.entry.bind', json({ uid: 'ada', room: 'lobby' }))
  const { channels } = cluster.app('back-1')

  channels.get('lobby').push('onSaid', {} as { text: string })
  channels.get('lobby').push('onSaid', {} as { text: string })
  channels.get('lobby').push('onSaid', { text: 'fits' })

  assert.deepEqual(heard.get('onSaid')!.decode(await nextPush(client)), { text: 'fits' })
  const warned = log.lines.filter(({ level }) => level === 'warn')
  assert.deepEqual(
    warned.map(({ fields }) => fields['route']),
    ['onSaid'],
  )
})

interface Greeted {
  readonly client: RawClient
  readonly sys: { readonly protos?: HandshakeProtos }
}

async function greet(cluster: Cluster<Fixture>, sys: object): Promise<Greeted> {
  const raw = new RawClient(cluster.connectRaw('front-1'))
  raw.send(PacketType.handshake, { sys })
  const answer = JSON.parse(text((await raw.next(PacketType.handshake)).body)) as Pick<Greeted, 'sys'>
  raw.send(PacketType.ack)
  return { client: raw, sys: answer.sys }
}

/** Resolves with the body of the answer. */
async function ask(client: RawClient, route: string, body: Uint8Array): Promise<Uint8Array> {
  client.sendBytes(encodeRequestPacket(1, route, body))
  return (await client.nextMessage()).body
}

async function nextPush(client: RawClient): Promise<Uint8Array> {
  for (;;) {
    const { route, body } = await client.nextMessage()
    if (route !== undefined) return body
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
