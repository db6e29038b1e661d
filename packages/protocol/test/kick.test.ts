import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeKick, encodeKick, encodePacket, encodeText, PacketType } from '../src/index.ts'
import { toHex } from './vectors.ts'

test('a kick carries its reason as JSON', () => {
  assert.equal(
    toHex(encodePacket(PacketType.kick, encodeKick('kick'))),
    '050000117b22726561736f6e223a226b69636b227d',
  )
  assert.equal(decodeKick(encodeKick('踢 😀')), '踢 😀')
})

test('a kick without a readable reason has an empty one', () => {
  for (const text of ['', 'x', 'null', '[]', '{}', '{"reason":1}']) {
    assert.equal(decodeKick(encodeText(text)), '', text)
  }
})
