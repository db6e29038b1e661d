import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeKick, encodeKick, encodePacket, encodeText, PacketType } from '../src/index.ts'
import { toHex } from './vectors.ts'

test('a kick carries its reason as JSON', () => {
  assert.equal(
    toHex(encodePacket(PacketType.kick, encodeKick({ reason: 'kick' }))),
    '050000117b22726561736f6e223a226b69636b227d',
  )
  assert.deepEqual(decodeKick(encodeKick({ reason: '踢 😀' })), { reason: '踢 😀' })
})

test('a kick may carry the code of a close reason', () => {
  assert.deepEqual(decodeKick(encodeKick({ reason: 'replaced', code: 4431 })), {
    reason: 'replaced',
    code: 4431,
  })
  assert.deepEqual(decodeKick(encodeText('{"reason":"x","code":"4431"}')), { reason: 'x' })
})

test('a kick without a readable reason has an empty one', () => {
  for (const text of ['', 'x', 'null', '[]', '{}', '{"reason":1}']) {
    assert.deepEqual(decodeKick(encodeText(text)), { reason: '' }, text)
  }
})
