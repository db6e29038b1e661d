import { encodeText, jsonCodec, parseProtos, ProtocolError } from '@shaddock/protocol'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { protoCodec } from '../src/proto-codec.ts'

const protos = {
  server: parseProtos({ onMove: { 'required uInt32 x': 1 } }),
  client: parseProtos({ 'a.b.move': { 'required uInt32 x': 1 } }),
  version: 'v',
}

test('what is defined travels in protobuf, each way by its own definitions', () => {
  const codec = protoCodec(protos, jsonCodec)

  assert.deepEqual([...codec.encode('a.b.move', { x: 5 })], [0x08, 5])
  assert.deepEqual(codec.decode('onMove', Uint8Array.of(0x08, 6)), { x: 6 })
})

test('what is not defined travels as before, and a definition is good for its direction alone', () => {
  const codec = protoCodec(protos, jsonCodec)

  assert.deepEqual(codec.encode('onMove', { x: 5 }), encodeText('{"x":5}'))
  assert.deepEqual(codec.decode('a.b.move', encodeText('{"x":5}')), { x: 5 })
})

test('what does not fit is an error', () => {
  const codec = protoCodec(protos, jsonCodec)

  assert.throws(() => codec.encode('a.b.move', {}), TypeError)
  assert.throws(() => codec.decode('onMove', Uint8Array.of(0xff)), ProtocolError)
  assert.throws(() => protoCodec({ ...protos, client: { r: 1 } as never }, jsonCodec), ProtocolError)
})
