import assert from 'node:assert/strict'
import { test } from 'node:test'
import { filterHost } from '../../src/frontend/host-filter.ts'

function isRefused(blacklist: readonly string[], blacklistFun?: unknown): boolean {
  const app = {
    get: () => ({ useHostFilter: true, blacklistFun }),
    components: { __connector__: { blacklist } },
  } as never
  let refused = false
  filterHost(app, '192.0.2.1', () => {
    refused = true
  })
  return refused
}

test('a client is turned away whose address an entry of either list matches', () => {
  const own = (callback: (error: unknown, list: string[]) => void) => callback(null, ['^192\\.0\\.'])

  assert.equal(isRefused(['192.0.2.1']), true)
  assert.equal(isRefused(['10.0.0.1'], own), true)
  assert.equal(isRefused(['10.0.0.1']), false)
})

test('an entry that is no regular expression hides none of the others', () => {
  const own = (callback: (error: unknown, list: string[]) => void) => callback(null, ['(', '192.0.2.1'])

  assert.equal(isRefused(['1.2.3.4(', '192.0.2.1']), true)
  assert.equal(isRefused(['1.2.3.4('], own), true)
})
