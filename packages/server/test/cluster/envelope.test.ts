import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  decodeCall,
  decodeReply,
  encodeCall,
  encodeFailure,
  encodeResult,
} from '../../src/cluster/envelope.ts'
import { codes, ServerError } from '../../src/errors.ts'
import type { Code } from '../../src/errors.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const bytes = (text: string) => Buffer.from(text, 'hex')

test('a call is its remaining milliseconds, the length of its name, its name, and its payload', () => {
  assert.equal(hex(encodeCall('a.b', 1_000, bytes('ff00'))), `000003e803612e62ff00`)
})

test('a result is a zero and its payload', () => {
  assert.equal(hex(encodeResult(bytes('beef'))), '00beef')
})

test('a failure is a one and the JSON of its code, message and reply', () => {
  const failure = encodeFailure(new ServerError('DENIED', 'no', { reply: { code: 1 } }), 'a.b')

  assert.equal(hex(failure.subarray(0, 1)), '01')
  assert.equal(
    Buffer.from(failure.subarray(1)).toString(),
    '{"code":"DENIED","message":"no","reply":{"code":1}}',
  )
})

test('a failure that nobody meant tells what failed, and no more', () => {
  const failure = encodeFailure(new TypeError('a secret'), 'chat.chatRemote.add')

  assert.equal(
    Buffer.from(failure.subarray(1)).toString(),
    '{"code":"INTERNAL","message":"chat.chatRemote.add failed"}',
  )
})

test('every call is decoded as it was encoded', () => {
  const names = fc.string({ unit: 'grapheme', maxLength: 40 }).filter((name) => Buffer.byteLength(name) < 256)
  fc.assert(
    fc.property(names, fc.nat(0xffffffff), fc.uint8Array(), (name, remainingMs, payload) => {
      const call = decodeCall(encodeCall(name, remainingMs, payload))

      assert.deepEqual({ ...call, payload: new Uint8Array(call.payload) }, { name, remainingMs, payload })
    }),
  )
})

test('every failure is decoded as it was encoded', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...(Object.keys(codes) as Code[])),
      fc.string(),
      fc.jsonValue(),
      (code, message, value) => {
        const reply: unknown = JSON.parse(JSON.stringify(value))

        assert.throws(
          () => decodeReply(encodeFailure(new ServerError(code, message, { reply }), 'a.b')),
          (error) => {
            assert.ok(error instanceof ServerError)
            assert.deepEqual([error.code, error.message, error.reply], [code, message, reply])
            return true
          },
        )
      },
    ),
  )
})

test('part of a millisecond is a millisecond, and a wait without end the longest there is', () => {
  const nothing = new Uint8Array()

  assert.equal(decodeCall(encodeCall('a', 0.2, nothing)).remainingMs, 1)
  assert.equal(decodeCall(encodeCall('a', Infinity, nothing)).remainingMs, 0xffffffff)
})

test('a name of over 255 bytes is refused where it is called', () => {
  assert.throws(() => encodeCall('é'.repeat(128), 1, new Uint8Array()), RangeError)
})

test('a code that this version does not know is INTERNAL', () => {
  for (const code of ['TEAPOT', 'toString', '__proto__'])
    assert.throws(() => decodeReply(Buffer.from(`\x01{"code":"${code}","message":"short and stout"}`)), {
      name: 'ServerError',
      code: 'INTERNAL',
      message: 'short and stout',
    })
})

test('any bytes are a reply or a failure with a code', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (reply) => {
      try {
        assert.deepEqual(new Uint8Array(decodeReply(reply)), reply.subarray(1))
      } catch (error) {
        assert.ok(error instanceof ServerError)
        assert.ok(error.code in codes)
      }
    }),
  )
  for (const reply of ['', '01', '016e756c6c', '0137', '015b5d'])
    assert.throws(() => decodeReply(bytes(reply)), { name: 'ServerError', code: 'INTERNAL' }, reply)
})
