import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonCodec } from '@shaddock/protocol'
import type { Codec } from '@shaddock/protocol'
import fc from 'fast-check'
import { ClientCall } from '../../src/dispatch/call.ts'
import type { Call, CallParts } from '../../src/dispatch/call.ts'
import type { Dispatch } from '../../src/dispatch/dispatcher.ts'
import { BackendSession } from '../../src/session/backend.ts'
import { encodeSnapshot } from '../../src/session/snapshot.ts'
import { createForward, serveForwarded } from '../../src/system/calls.ts'
import { createSessionCalls } from '../../src/system/sessions.ts'
import { infoOf } from '../cluster/network.ts'
import { openPair } from '../cluster/peers.ts'

const snapshot = { id: 7, frontendId: 'front-1', incarnation: 3, uid: 'ada', state: { room: 'lobby' } }

/** A frontend that forwards to a chat server, and the calls that arrive there. */
async function openHop(dispatch: Dispatch = async (call) => call.body, codec: Codec = jsonCodec) {
  const pair = await openPair()
  const arrived: Call[] = []
  const calls = createSessionCalls(pair.callee.rpc, 1_000)
  serveForwarded(
    pair.callee.rpc,
    (call) => {
      arrived.push(call)
      return dispatch(call)
    },
    codec,
    calls,
  )
  const forward = createForward(pair.caller.rpc)
  return {
    ...pair,
    arrived,
    async forward(route: string, body: Uint8Array, parts: Partial<CallParts> = {}): Promise<Uint8Array> {
      const session = new BackendSession(snapshot, calls)
      const deadline = Date.now() + 10_000
      const call = new ClientCall({ route, session, deadline, body, codec: jsonCodec, ...parts })
      return forward(infoOf('chat-1'), call, encodeSnapshot(snapshot))
    },
    [Symbol.asyncDispose]: () => pair[Symbol.asyncDispose](),
  }
}

test('a forwarded call arrives with its route, its body, its session, and what is left of its time', async () => {
  await using hop = await openHop()

  await hop.forward('chat.talk.say', Buffer.from('{"text":"hi"}'), { deadline: Date.now() + 5_000 })

  const [call] = hop.arrived
  assert.equal(call?.route, 'chat.talk.say')
  assert.deepEqual(call.message, { text: 'hi' })
  assert.ok(call.deadline <= Date.now() + 5_000)
  const { id, frontendId, key, uid } = call.session
  assert.deepEqual(
    { id, frontendId, key, uid },
    { id: 7, frontendId: 'front-1', key: 'front-1@3/7', uid: 'ada' },
  )
  assert.equal(call.session.get('room'), 'lobby')
})

test('every route and body arrives as it was sent, and the answer comes back so', async () => {
  await using hop = await openHop()
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', maxLength: 300 }),
      fc.uint8Array(),
      async (route, body) => {
        const answer = await hop.forward(route, body)

        assert.deepEqual(new Uint8Array(answer), body)
        assert.equal(hop.arrived.at(-1)?.route, route)
      },
    ),
  )
})

test('a call that nobody waits for, and one whose body is JSON against the codec, arrive as such', async () => {
  await using hop = await openHop(undefined, { ...jsonCodec, decode: () => 'decoded' })

  await hop.forward('chat.talk.say', Buffer.from('{"a":1}'))
  await hop.forward('chat.talk.say', Buffer.from('x'), { isAwaited: false, codec: { ...jsonCodec } })

  assert.deepEqual(
    hop.arrived.map(({ message, isAwaited }) => ({ message, isAwaited })),
    [
      { message: { a: 1 }, isAwaited: true },
      { message: 'decoded', isAwaited: false },
    ],
  )
})

test('a forwarded call that is refused fails where it came from', async () => {
  await using hop = await openHop(() => Promise.reject(new TypeError('a secret')))

  await assert.rejects(hop.forward('chat.talk.say', new Uint8Array()), { code: 'INTERNAL' })
})
