import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeInbox, encodeInbox, encodeOrder, InboxKind } from '../../src/channel/inbox.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

test('a push is its kind, the length of its key, its key, the length of its route, its route, and its body', () => {
  const push = { kind: InboxKind.group, key: 'k', route: 'onChat', body: Buffer.from('{}') }

  assert.equal(hex(encodeInbox(push)), ['03', '00000001', '6b', '06', '6f6e43686174', '7b7d'].join(''))
})

test('an order has no route, and JSON for a body', () => {
  assert.equal(hex(encodeOrder('leave', 'k', 'ada')), ['02', '00000001', '6b', '00', '2261646122'].join(''))
})

test('every message comes back, from within other bytes too', () => {
  const messages = fc.record(
    {
      kind: fc.constantFrom(...Object.values(InboxKind)),
      key: fc.string({ unit: 'grapheme' }),
      route: fc.string({ unit: 'grapheme', maxLength: 20 }).filter((route) => Buffer.byteLength(route) < 256),
      body: fc.uint8Array(),
    },
    { noNullPrototype: true },
  )
  fc.assert(
    fc.property(messages, (message) => {
      const decoded = decodeInbox(Buffer.concat([Buffer.of(9), encodeInbox(message)]).subarray(1))

      assert.deepEqual({ ...decoded, body: new Uint8Array(decoded.body) }, message)
    }),
  )
})

test('a key may be long: it names many users', () => {
  const key = JSON.stringify(Array.from({ length: 20_000 }, (_, n) => `user${n}`))
  const push = encodeInbox({ kind: InboxKind.users, key, route: 'onChat', body: new Uint8Array() })

  assert.equal(decodeInbox(push).key, key)
})

test('a route of over 255 bytes is refused', () => {
  const push = (route: string) =>
    encodeInbox({ kind: InboxKind.group, key: '', route, body: new Uint8Array() })

  assert.equal(decodeInbox(push('x'.repeat(255))).route.length, 255)
  assert.throws(() => push('é'.repeat(128)), {
    name: 'RangeError',
    message: 'route of 256 bytes exceeds 255',
  })
})

test('bytes that are cut off are refused', () => {
  const push = encodeInbox({ kind: InboxKind.group, key: 'key', route: 'route', body: new Uint8Array() })
  for (let end = 0; end < 9; end++) assert.throws(() => decodeInbox(push.subarray(0, end)), RangeError)
})
