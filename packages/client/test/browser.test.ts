import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as browser from '../src/browser.ts'

test('the classic script defines shaddock, and leaves a pomelo that is there', async (t) => {
  const page = globalThis as { shaddock?: typeof browser; pomelo?: unknown }
  const taken = {}
  page.pomelo = taken
  t.after(() => {
    delete page.shaddock
    delete page.pomelo
  })

  await import('../src/browser-classic.ts')

  assert.equal(page.shaddock?.connect, browser.connect)
  assert.equal(page.shaddock.RequestError, browser.RequestError)
  assert.equal(page.shaddock.pomelo, browser.pomelo)
  assert.equal(page.pomelo, taken)
})
