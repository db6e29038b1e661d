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

test('a call with another message is the same call, in JSON whatever the codec of the application', () => {
  const codec = { ...jsonCodec, decode: () => 'decoded' }
  const parts = { route: 'a.b.c', session: {} as Session, deadline: 5, body: Buffer.from('x'), codec }
  const call = new ClientCall({ ...parts, isAwaited: false })

  const other = call.with({ message: { text: 'hi' } })

  assert.equal(call.message, 'decoded')
  assert.equal(call.bodyIsJson, false)
  assert.deepEqual(other.message, { text: 'hi' })
  assert.equal(other.bodyIsJson, true)
  const { route, session, deadline, isAwaited, server } = other
  assert.deepEqual(
    { route, session, deadline, isAwaited, server },
    { route: 'a.b.c', session: parts.session, deadline: 5, isAwaited: false, server: undefined },
  )
})

test('a call to another server keeps its body, and a second change what the first one chose', () => {
  const body = Buffer.from('{}')
  const call = new ClientCall({
    ...{ route: 'a.b.c', session: {} as Session, deadline: 5, body, codec: jsonCodec },
  })

  const other = call.with({ server: 'chat-2' }).with({})

  assert.equal(other.server, 'chat-2')
  assert.equal(other.body, body)
})
