import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonCodec } from '@shaddock/protocol'
import { ClientCall } from '../../src/dispatch/call.ts'
import type { Session } from '../../src/session/session.ts'

test('the body of a call is decoded once, when its message is first asked for', () => {
  let decoded = 0
  const call = new ClientCall({
    route: 'chat.chatHandler.send',
    session: {} as Session,
    deadline: 0,
    body: Buffer.from('{"text":"hello"}'),
    codec: { ...jsonCodec, decode: (route, body) => (decoded++, jsonCodec.decode(route, body)) },
  })
  assert.equal(decoded, 0)

  const { message } = call

  assert.deepEqual(message, { text: 'hello' })
  assert.equal(call.message, message)
  assert.equal(decoded, 1)
})
