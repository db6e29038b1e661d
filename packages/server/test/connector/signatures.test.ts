import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import { test } from 'node:test'
import { encodeCesu8, encodeText, ProtocolError } from '@shaddock/protocol'
import fc from 'fast-check'
import { createUnsign } from '../../src/connector/signatures.ts'
import { startCluster } from '../../src/testing/index.ts'
import fixture from '../fixtures/app/app.ts'
import { closeReasons, json, PacketType, RawClient } from '../fixtures/raw-client.ts'
import { readVectors } from '../fixtures/vectors.ts'

const vectors = readVectors<{
  readonly count: number
  readonly handshakeSys: { readonly rsa: { readonly rsa_n: string; readonly rsa_e: number } }
  readonly cases: readonly { readonly body: object; readonly messageOnTheWire: object }[]
}>('rsa')
const { rsa } = vectors.handshakeSys

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
const ownRsa = {
  rsa_n: Buffer.from(publicKey.export({ format: 'jwk' }).n ?? '', 'base64url').toString('hex'),
  rsa_e: 65_537,
}

function signed(message: object, text = encodeText(JSON.stringify(message))): object {
  return { ...message, __crypto__: sign('sha256', text, privateKey).toString('hex') }
}

test('every vector of signatures is covered', () => {
  assert.equal(vectors.cases.length, vectors.count)
})

for (const { body, messageOnTheWire } of vectors.cases) {
  const text = JSON.stringify(body)

  // beyond ASCII too, where Pomelo drops what is signed rightly
  test(`a signature of Pomelo's client is right, and of another message wrong: ${text}`, () => {
    const unsign = createUnsign(rsa)

    assert.deepEqual(fromJson(unsign(encodeText(JSON.stringify(messageOnTheWire)))), body)
    assert.equal(unsign(json({ ...messageOnTheWire, more: 1 })), undefined)
  })
}

test('a signature may be over the text that a browser of Pomelo writes', () => {
  const message = { t: 'e😀' }
  const body = encodeCesu8(JSON.stringify(signed(message, encodeCesu8(JSON.stringify(message)))))

  assert.deepEqual(fromJson(createUnsign(ownRsa)(body)), message)
})

test('a signature may lack its leading zeros, and a key have more of them', () => {
  let n = 0
  while (!(signed({ n }) as { __crypto__: string }).__crypto__.startsWith('00')) n++
  const { __crypto__: signature, ...message } = signed({ n }) as { __crypto__: string; n: number }
  const body = json({ ...message, __crypto__: signature.replace(/^0+/, '') })

  assert.deepEqual(fromJson(createUnsign(ownRsa)(body)), { n })
  assert.deepEqual(fromJson(createUnsign({ ...ownRsa, rsa_n: `000${ownRsa.rsa_n}` })(body)), { n })
})

test('what is signed keeps the order of its keys, and keys of any name', () => {
  const text = '{"b":1,"2":{"__proto__":3},"__proto__":{"x":1},"a":null}'
  const body = `${text.slice(0, -1)},"__crypto__":"${sign('sha256', Buffer.from('{"2":{"__proto__":3},"b":1,"__proto__":{"x":1},"a":null}'), privateKey).toString('hex')}"}`

  const unsigned = createUnsign(ownRsa)(encodeText(body))

  assert.equal(
    Buffer.from(unsigned ?? []).toString(),
    '{"2":{"__proto__":3},"b":1,"__proto__":{"x":1},"a":null}',
  )
})

test('a body that is no signed object is not right', () => {
  const unsign = createUnsign(ownRsa)

  for (const body of [
    '',
    'x',
    'null',
    '1',
    '"text"',
    '[]',
    '{}',
    '{"__crypto__":1}',
    '{"__crypto__":"zz"}',
  ]) {
    assert.equal(unsign(encodeText(body)), undefined, body)
  }
})

test('without a key no message is right, and with nothing said of one the handshake is wrong', () => {
  const keys = [
    {},
    [],
    { rsa_n: 'zz', rsa_e: 65_537 },
    { rsa_n: 'ff', rsa_e: 65_537 },
    { rsa_n: 'f'.repeat(2_000), rsa_e: 65_537 },
    { rsa_n: ownRsa.rsa_n, rsa_e: '65537' },
    { rsa_n: ownRsa.rsa_n, rsa_e: 1 },
    { rsa_n: ownRsa.rsa_n, rsa_e: 1e300 },
    { rsa_n: `${'0'.repeat(200)}1`, rsa_e: 65_537 },
  ]

  for (const key of keys)
    assert.equal(createUnsign(key)(json(signed({ a: 1 }))), undefined, JSON.stringify(key))
  for (const rsa of [undefined, null, 1, 'text']) assert.throws(() => createUnsign(rsa), ProtocolError)
})

test('any key and any body are right or not', () => {
  const key = fc.record({
    rsa_n: fc.stringMatching(/^[\da-f]{120,140}$/),
    rsa_e: fc.oneof(fc.nat(), fc.constant(65_537)),
  })
  const signature = fc.stringMatching(/^[\da-f]{0,300}$/)

  fc.assert(
    fc.property(key, signature, (rsa, __crypto__) => {
      assert.equal(createUnsign(rsa)(json({ a: 1, __crypto__ })), undefined)
    }),
  )
})

test('a client that signs is served, beyond ASCII too; what it does not sign is dropped', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 1 }, { connector: signing })
  const client = new RawClient(cluster.connectRaw('front-1'))
  client.send(PacketType.handshake, { sys: { rsa: ownRsa } })
  await client.next(PacketType.handshake)
  client.send(PacketType.ack)

  client
    .request(1, 'front.entry.echo', { text: 'unsigned' })
    .request(2, 'front.entry.echo', { ...signed({ text: 'one' }), text: 'other' })
    .notify('front.entry.echo', { text: 'unsigned' })
    .request(3, 'front.entry.echo', signed({ text: 'signed 你好😀' }))
  const answer = await client.nextMessage()

  assert.deepEqual([answer.id, answer.value], [3, { text: 'signed 你好😀' }])
  assert.deepEqual(client.packets, [])
})

test('a client that says nothing of a key is refused where messages must be signed', async () => {
  await using cluster = await startCluster(fixture, { front: 1, back: 1 }, { connector: signing })
  const client = new RawClient(cluster.connectRaw('front-1'))

  client.send(PacketType.handshake, { sys: {} })

  assert.equal(Buffer.from((await client.next(PacketType.handshake)).body).toString(), '{"code":500}')
  assert.equal(await client.closed, closeReasons.refused)
})

const signing = { signing: true, heartbeatSeconds: 0 }

function fromJson(body: Uint8Array | undefined): unknown {
  return JSON.parse(Buffer.from(body ?? []).toString())
}
