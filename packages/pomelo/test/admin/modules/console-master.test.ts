import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { AnyFunction } from '../../../src/callback.ts'
import { createConsoleMaster } from '../../../src/admin/modules/console-master.ts'

test('a blacklist takes addresses and regular expressions, and tells the servers of nothing else', async () => {
  const told: unknown[] = []
  const agent = {
    notifyAll: (_moduleId: string, { blacklist }: { blacklist: unknown }) => told.push(blacklist),
  }
  const { clientHandler } = createConsoleMaster({} as never)
  const add = (address: string) =>
    new Promise((resolve) =>
      (clientHandler as AnyFunction)(agent, { signal: 'blacklist', args: [address] }, resolve),
    )

  assert.equal(await add('192.0.2.1'), null)
  assert.match(String(await add('1.2.3.4(')), /error format/)
  assert.match(String(await add('everybody')), /error format/)
  assert.deepEqual(told, [['192.0.2.1']])
})
