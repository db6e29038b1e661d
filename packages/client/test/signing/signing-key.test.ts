import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { test } from 'node:test'
import { createSigningKey } from '../../src/signing/signing-key.ts'

test('a signature is right for its text and for no other, beyond ASCII too', () => {
  const { rsa, sign } = createSigningKey()
  const key = createPublicKey({
    key: { kty: 'RSA', n: Buffer.from(rsa.rsa_n, 'hex').toString('base64url'), e: 'AQAB' },
    format: 'jwk',
  })

  for (const text of ['{}', '{"a":1}', '{"t":"你好"}', '{"t":"😀"}', 'x'.repeat(1_000)]) {
    const signature = Buffer.from(sign(text), 'hex')

    assert.ok(verify('sha256', Buffer.from(text), key, signature), text)
    assert.ok(!verify('sha256', Buffer.from(`${text} `), key, signature), text)
  }
})

test('a key has 1024 bits and its signatures as many, whatever their leading zeros', () => {
  const { rsa, sign } = createSigningKey()

  assert.equal(rsa.rsa_e, 65_537)
  assert.match(rsa.rsa_n, /^[89a-f][\da-f]{255}$/)
  for (let round = 0; round < 50; round++) assert.match(sign(String(round)), /^[\da-f]{256}$/)
})

test('two keys differ', () => {
  assert.notEqual(createSigningKey().rsa.rsa_n, createSigningKey().rsa.rsa_n)
})
