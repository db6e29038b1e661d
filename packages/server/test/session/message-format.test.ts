import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  decodeHandshakeRequest,
  encodePush,
  encodeResponsePacket,
  jsonCodec,
  parseProtos,
  ProtocolError,
  RouteDictionary,
} from '@shaddock/protocol'
import { MessageFormats } from '../../src/session/message-format.ts'
import type { Frame, Framing } from '../../src/transport/transport.ts'
import { json } from '../fixtures/raw-client.ts'
import { readVectors } from '../fixtures/vectors.ts'

interface Case {
  readonly op: 'encode' | 'decode'
  readonly name: string
  readonly useDict: boolean
  readonly useProtobuf: boolean
  readonly id: number
  readonly route: string
  readonly msg: unknown
  readonly hex: string
  readonly frameHex: string | null
  readonly result?: { readonly id: number; readonly route: string; readonly body: unknown } | null
}

const vectors = readVectors<{
  readonly count: number
  readonly cases: readonly Case[]
  readonly dictionary: Record<string, number>
  readonly serverProtos: object
  readonly clientProtos: object
}>('coder')

const dictionary = new RouteDictionary(vectors.dictionary, 'v')
const protos = {
  server: parseProtos(vectors.serverProtos),
  client: parseProtos(vectors.clientProtos),
  version: 'v',
}
const framing: Framing = { frame: (packet) => packet as Frame }
const native = decodeHandshakeRequest(json({ sys: { type: 'ios' } })).sys
const browser = decodeHandshakeRequest(json({ sys: { type: 'js-websocket' } })).sys

/** A push is refused there, or never made: see the tests of channels. */
const unsent = ['push null body', 'push empty route', 'push proto missing required']

test('every vector of messages with bodies is covered', () => {
  assert.equal(vectors.cases.length, vectors.count)
  for (const name of unsent) assert.ok(vectors.cases.some((vector) => vector.name === name))
})

for (const vector of vectors.cases) {
  if (unsent.includes(vector.name)) continue
  const formats = new MessageFormats({
    dictionary: vector.useDict ? dictionary : undefined,
    protos: vector.useProtobuf ? protos : undefined,
  })
  const format = formats.of(framing, native)

  if (vector.op === 'encode') {
    const { id, route, msg, frameHex } = vector

    test(`a message is written to the bytes of Pomelo: ${vector.name}`, () => {
      const idBytes = id === 128 ? Uint8Array.of(0x80, 1) : Uint8Array.of(id)
      const packet = id
        ? encodeResponsePacket(idBytes, format.answer(route, json(msg)))
        : format.push(route, json(msg))

      assert.equal(hex(packet), frameHex)
    })
    continue
  }

  test(`a message is read as by Pomelo: ${vector.name}`, () => {
    const { id, route, body } = format.decode(Buffer.from(vector.hex, 'hex'))
    const read = () => ({ id, route, body: jsonCodec.decode('', format.toJson(route ?? '', body)) })

    if (vector.result === undefined) return assert.throws(read, ProtocolError)
    if (vector.result === null) return assert.equal(route, undefined)
    const { id: expectedId, route: expectedRoute, body: expectedBody } = vector.result
    assert.deepEqual(read(), { id: expectedId, route: expectedRoute, body: expectedBody })
  })
}

test('a push that its definition does not fit is an error, never an empty body', () => {
  const format = new MessageFormats({ protos: { ...protos, server: parseProtos(pushes) } }).of(
    framing,
    native,
  )

  assert.throws(() => format.push('onChat', json({ msg: 'hi' })), { message: 'field from is required' })
  assert.throws(() => format.push('onNote', json({ other: 1 })), { message: 'none of the fields is there' })
  assert.throws(() => format.push('onNote', json(null)), TypeError)
})

const pushes = {
  onChat: { 'required string msg': 1, 'required string from': 2 },
  onNote: { 'optional uInt32 code': 1, 'optional string text': 2 },
}

test('an answer that its definition does not fit says what it can, and is never empty', () => {
  const format = new MessageFormats({ protos: { ...protos, server: parseProtos(pushes) } }).of(
    framing,
    native,
  )

  assert.equal(hex(format.answer('onNote', json({ code: 500, message: 'internal error' }))), '08f403')
  assert.equal(hex(format.answer('onChat', json({ code: 500 }))), '0a00')
  assert.equal(hex(format.answer('onNote', json({}))), '0800')
  assert.equal(hex(format.answer('onNote', json('text'))), '0800')
  assert.equal(hex(format.answer('onOther', json({}))), '7b7d')
})

test('only a browser of Pomelo is sent CESU-8, and only in protobuf', () => {
  const formats = new MessageFormats({ protos })
  const message = json({ msg: '😀', from: 'a', target: '*' })

  assert.equal(hex(formats.of(framing, browser).push('onChat', message)).includes('0a06eda0bdedb880'), true)
  assert.equal(hex(formats.of(framing, native).push('onChat', message)).includes('0a04f09f9880'), true)
  assert.equal(
    hex(formats.of(framing, browser).push('onOther', message)),
    hex(formats.of(framing, native).push('onOther', message)),
  )
})

test('clients of a plain framing are spoken to without a dictionary and protobuf', () => {
  const format = new MessageFormats({ dictionary, protos }).of({ ...framing, plain: true }, native)
  const message = json({ msg: 'hi', from: 'a', target: '*' })

  const push = format.push('onChat', message)

  assert.equal(hex(push), `0400002c${hex(encodePush('onChat', message))}`)
  assert.deepEqual(format.answer('onChat', message), message)
})

test('clients of one kind share a format, and others do where it makes no difference', () => {
  const formats = new MessageFormats({ protos })
  const plain = new MessageFormats({ dictionary })
  const other: Framing = { frame: (packet) => packet as Frame }

  assert.equal(formats.of(framing, native), formats.of(framing, { type: 'unity-socket' }))
  assert.notEqual(formats.of(framing, native), formats.of(framing, browser))
  assert.notEqual(formats.of(framing, native), formats.of(other, native))
  assert.equal(plain.of(framing, native), plain.of(framing, browser))
})

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
