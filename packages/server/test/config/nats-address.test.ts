import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseNatsAddress } from '../../src/config/nats-address.ts'

const addresses: [string, ReturnType<typeof parseNatsAddress>][] = [
  ['a', { host: 'a', isEncrypted: false }],
  ['nats://a.example.com:4222', { host: 'a.example.com:4222', isEncrypted: false }],
  ['TLS://[::1]:4222', { host: '[::1]:4222', isEncrypted: true }],
  ['ada@10.0.0.1', { host: '10.0.0.1', isEncrypted: false, user: 'ada' }],
  ['nats://ada:p%40:%@a', { host: 'a', isEncrypted: false, user: 'ada', password: 'p%40:%' }],
  ['nats://a%40b:p%40w@a', { host: 'a', isEncrypted: false, user: 'a@b', password: 'p@w' }],
]

test('an address has a host, and perhaps a port, a login and encryption', () => {
  for (const [text, parts] of addresses) assert.deepEqual(parseNatsAddress(text), parts, text)
})

test('what is no address is none', () => {
  for (const text of ['', 'a b', 'http://a', 'nats://', 'a:', 'a:70000', 'a/b', 'a@b@c', '[a', 'nats://:1'])
    assert.equal(parseNatsAddress(text), undefined, text)
})
