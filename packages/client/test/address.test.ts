import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toUrl } from '../src/address.ts'

const addresses = [
  ['wss://example.com/game', 'wss://example.com/game'],
  [{ host: 'example.com', port: 3050 }, 'ws://example.com:3050'],
  [{ host: 'example.com', port: '3050' }, 'ws://example.com:3050'],
  [{ host: 'example.com', port: 443, secure: true }, 'wss://example.com:443'],
  [{ host: 'example.com' }, 'ws://example.com'],
  [{ host: 'example.com', port: '' }, 'ws://example.com'],
  [{ host: '::1', port: 3050 }, 'ws://[::1]:3050'],
  [{ host: '[::1]', port: 3050 }, 'ws://[::1]:3050'],
] as const

for (const [address, url] of addresses) {
  test(`${JSON.stringify(address)} is at ${url}`, () => {
    assert.equal(toUrl(address), url)
  })
}
