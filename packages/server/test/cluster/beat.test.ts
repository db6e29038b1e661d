import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ProtocolError } from '@shaddock/protocol'
import { decodeBeat, encodeBeat } from '../../src/cluster/beat.ts'
import { infoOf } from './network.ts'

test('a beat is its kind, the incarnation, the length of the id, the id, and the JSON of the server', () => {
  const server = infoOf('chat-1', 3)

  const beat = Buffer.from(encodeBeat('leave', server))

  assert.equal(beat.toString('hex', 0, 17), '014008000000000000' + '0006' + '636861742d31')
  assert.deepEqual(JSON.parse(beat.toString('utf8', 17)), server)
})

test('a beat says what was put into it, to the microsecond and in any script', () => {
  const server = infoOf('café-1', 1_790_000_000_123_457)

  const { kind, id, incarnation, server: read } = decodeBeat(encodeBeat('beat', server))

  assert.deepEqual(
    { kind, id, incarnation },
    { kind: 'beat', id: server.id, incarnation: server.incarnation },
  )
  assert.deepEqual(read(), server)
})

test('what is too short for a beat, or of another kind, is refused', () => {
  for (const bytes of ['', '00', '02' + '00'.repeat(20), '00'.repeat(10)])
    assert.throws(() => decodeBeat(Buffer.from(bytes, 'hex')), ProtocolError)
})
