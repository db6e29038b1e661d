import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProxies } from '../../src/rpc/proxies.ts'

type Rpc = Record<string, Record<string, Record<string, Remote>> | undefined>
interface Remote {
  (...args: unknown[]): void
  toServer(...args: unknown[]): void
}

/** An application's `rpc`, and the calls that it makes. */
function create() {
  const calls: unknown[][] = []
  const note =
    (way: string) =>
    (...args: unknown[]) =>
      void calls.push([way, ...args])
  const client = { call: note('call'), invoke: note('invoke'), callAll: note('callAll') }
  const app = { settings: { servers: { chat: [] } }, serverTypeMaps: { area: [] } }
  return { calls, rpc: createProxies(app as never, client as never, 'user') as Rpc }
}

test('a type that is in the config, or has come, can be called; another is undefined', () => {
  const { rpc } = create()

  assert.ok(rpc['chat'])
  assert.ok(rpc['area'])
  assert.equal(rpc['nobody'], undefined)
})

test('the first argument says where to, the last is the callback, also when it is null', () => {
  const { rpc, calls } = create()
  const { add } = rpc['chat']!['chatRemote']!
  const message = { namespace: 'user', serverType: 'chat', service: 'chatRemote', method: 'add' }
  const callback = () => undefined

  add!('session', 1, 2, callback)
  add!('session', null)
  add!.toServer('chat-1', 1, callback)
  add!.toServer('*', 1, callback)

  assert.deepEqual(calls, [
    ['call', 'session', { ...message, args: [1, 2] }, callback],
    ['call', 'session', { ...message, args: [] }, null],
    ['invoke', 'chat-1', { ...message, args: [1] }, callback],
    ['callAll', { ...message, args: [1] }, callback],
  ])
})

test('a call with too little is not made', () => {
  const { rpc, calls } = create()
  const { add } = rpc['chat']!['chatRemote']!

  add!('session')
  add!.toServer('chat-1')
  add!.toServer(7, () => undefined)

  assert.deepEqual(calls, [])
})

test('what looks at it finds an object, and no promise', async () => {
  const { rpc } = create()

  assert.equal(await Promise.resolve(rpc), rpc)
  assert.equal(JSON.stringify(rpc['chat']), '{}')
})
