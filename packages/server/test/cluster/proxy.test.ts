import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import type { RemoteMethod } from '@shaddock/protocol'
import { createRpcProxy } from '../../src/cluster/proxy.ts'
import { decodeValue, encodeValue } from '../../src/cluster/values.ts'
import { ServerError } from '../../src/errors.ts'
import type { ServerInfo } from '../../src/server-info.ts'
import { infoOf } from './network.ts'

type Add = RemoteMethod<[number, number?], number, string>

/** Two chat servers that add numbers, and the calls that were made to them. */
function createProxy() {
  const servers = [infoOf('chat-1'), infoOf('chat-2')]
  const calls: string[] = []
  const proxy = createRpcProxy<{ servers: Record<string, object>; pushes: object; session: object }, string>({
    servers: (type) => servers.filter((server) => server.type === type),
    find: (id) => servers.find((server) => server.id === id) ?? absent(id),
    pick: (type, key) => servers.find((server) => server.type === type && key === server.id) ?? absent(type),
    call: async (server: ServerInfo, name, payload) => {
      calls.push(`${server.id} ${name}`)
      if (name !== 'chat.sums.add') throw new ServerError('NOT_FOUND', `${server.id} serves no ${name}`)
      return encodeValue((decodeValue(payload) as number[]).reduce((a, b) => a + b))
    },
  })
  // what a contract would say of it
  const rpc = proxy as unknown as Record<string, Record<string, Record<string, Add>>>
  return { calls, rpc, add: rpc['chat']!['sums']!['add']! }
}

function absent(what: string): never {
  throw new ServerError('NO_SERVER', `${what} is not there`)
}

test('a method is called on the server that the router picks for the key', async () => {
  const { add, calls } = createProxy()

  assert.equal(await add('chat-2', 1, 2), 3)
  assert.deepEqual(calls, ['chat-2 chat.sums.add'])
})

test('a method is called on the server that is named', async () => {
  const { add, calls } = createProxy()

  assert.equal(await add.to('chat-1', 1, 2), 3)
  assert.deepEqual(calls, ['chat-1 chat.sums.add'])
})

test('a method is called on every server of its type', async () => {
  const { add, calls } = createProxy()

  assert.deepEqual(await add.all(1, 2), [3, 3])
  assert.deepEqual(calls, ['chat-1 chat.sums.add', 'chat-2 chat.sums.add'])
})

test('every server of a type that has none is nobody', async () => {
  const { rpc } = createProxy()

  assert.deepEqual(await rpc['gate']!['sums']!['add']!.all(1), [])
})

test('a call to a server that is not there rejects, it does not throw', async () => {
  const { add } = createProxy()

  const calls = [add('chat-9', 1), add.to('chat-9', 1)]

  for (const call of calls) await assert.rejects(call, { code: 'NO_SERVER' })
})

test('an argument that cannot travel rejects the call, it does not throw', async () => {
  const { add } = createProxy()

  const call = add('chat-1', 1n as unknown as number)

  await assert.rejects(call, TypeError)
})

test('a method that nobody serves rejects', async () => {
  const { rpc } = createProxy()

  await assert.rejects(rpc['chat']!['sums']!['sub']!('chat-1', 1), { code: 'NOT_FOUND' })
  await assert.rejects(rpc['chat']!['nothing']!['add']!('chat-1', 1), { code: 'NOT_FOUND' })
})

test('a method is the same one each time that it is asked for', () => {
  const { rpc, add } = createProxy()

  assert.equal(rpc['chat']!['sums']!['add'], add)
})

test('to await, log, compare or print the rpc, or part of it, calls nobody', async () => {
  const { rpc, calls } = createProxy()
  for (const part of [rpc, rpc['chat'], rpc['chat']!['sums']]) {
    assert.equal(await (part as unknown), part)
    inspect(part, { showProxy: true })
    assert.equal(JSON.stringify({ part }), '{"part":{}}')
    // eslint-disable-next-line @typescript-eslint/no-base-to-string -- it must not call either
    assert.equal(String(part), '[object Object]')
    assert.deepEqual(part, {})
  }
  assert.deepEqual(calls, [])
})
