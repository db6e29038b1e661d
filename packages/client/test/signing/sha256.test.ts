import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { sha256 } from '../../src/signing/sha256.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

test('the hash of nothing and of abc are those of the standard', () => {
  assert.equal(
    hex(sha256(new Uint8Array())),
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  )
  assert.equal(
    hex(sha256(Buffer.from('abc'))),
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
})

test('the hash of any bytes is that of Node', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      assert.equal(hex(sha256(bytes)), createHash('sha256').update(bytes).digest('hex'))
    }),
  )
})

test('bytes around the ends of blocks are hashed like any', () => {
  for (let length = 50; length < 200; length++) {
    const bytes = new Uint8Array(length).fill(length)
    assert.equal(hex(sha256(bytes)), createHash('sha256').update(bytes).digest('hex'), String(length))
  }
})
