import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBalance } from '../../src/rpc/balance.ts'

const message = { namespace: 'user', service: 's', method: 'm', args: ['a', 'b'] }
const servers = ['chat-1', 'chat-2', 'chat-3'].map((id) => ({ id, serverType: 'chat' }))
const idle = () => 0

test('in turn, each is the next', () => {
  const balance = createBalance({ routerType: 'rr' }, idle)

  assert.deepEqual(
    [1, 2, 3, 4].map(() => balance(servers, message)),
    ['chat-1', 'chat-2', 'chat-3', 'chat-1'],
  )
})

test('by weight, the heavy ones are it more often', () => {
  const balance = createBalance({ routerType: 'wrr' }, idle)
  const weighted = [{ ...servers[0]!, weight: 3 }, { ...servers[1]!, weight: '1' }, { ...servers[2]! }]

  const chosen = Array.from({ length: 8 }, () => balance(weighted, message))

  assert.equal(chosen.filter((id) => id === 'chat-1').length, 6)
  assert.equal(chosen.filter((id) => id === 'chat-2').length, 2)
  assert.throws(() => balance(servers, message), /wrr needs servers with a weight/)
})

test('the least active is one with the fewest calls under way', () => {
  const calls = new Map([
    ['chat-1', 2],
    ['chat-2', 1],
    ['chat-3', 4],
  ])

  assert.equal(createBalance({ routerType: 'la' }, (id) => calls.get(id) ?? 0)(servers, message), 'chat-2')
})

test('by hash, the same argument goes to the same server, and few move when one goes', () => {
  const balance = createBalance({ routerType: 'ch', hashFieldIndex: 0 }, idle)
  const keys = Array.from({ length: 200 }, (_, index) => `key-${index}`)
  const choose = (among: typeof servers) => keys.map((key) => balance(among, { ...message, args: [key] }))

  const before = choose(servers)
  const after = choose(servers.slice(0, 2))

  assert.deepEqual(new Set(before), new Set(['chat-1', 'chat-2', 'chat-3']))
  for (const [index, id] of before.entries()) if (id !== 'chat-3') assert.equal(after[index], id)
  assert.deepEqual(choose(servers), before)
})

test('anything else is any', () => {
  const chosen = createBalance({ routerType: 'rd' }, idle)(servers, message)

  assert.ok(servers.some(({ id }) => id === chosen))
})
