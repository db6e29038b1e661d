import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addToMaps, removeFromMaps } from '../../src/application/server-maps.ts'
import type { ServerMaps } from '../../src/application/server-maps.ts'

const chat = (id: string) => ({ id, serverType: 'chat' })

function createMaps(): ServerMaps {
  const configured = Object.fromEntries(['chat-10', 'chat-9', 'chat-2'].map((id) => [id, chat(id)]))
  return { getServersFromConfig: () => configured, servers: {}, serverTypeMaps: {}, serverTypes: [] }
}

const ids = ({ serverTypeMaps }: ServerMaps) => serverTypeMaps['chat']?.map(({ id }) => id)

test('the servers of a type have one order, whichever came first', () => {
  const [one, other] = [createMaps(), createMaps()]

  addToMaps(one, ['chat-2', 'chat-9', 'chat-10'].map(chat))
  addToMaps(one, ['added-1', 'added-2'].map(chat))
  addToMaps(other, ['added-2', 'chat-10', 'added-1', 'chat-2', 'chat-9'].map(chat))

  assert.deepEqual(ids(one), ['chat-10', 'chat-9', 'chat-2', 'added-1', 'added-2'])
  assert.deepEqual(ids(other), ids(one))
})

test('a server that has started again has its place again', () => {
  const maps = createMaps()
  addToMaps(maps, ['chat-10', 'chat-9'].map(chat))

  removeFromMaps(maps, ['chat-10'])
  assert.deepEqual(ids(maps), ['chat-9'])
  addToMaps(maps, [{ ...chat('chat-10'), pid: 7 }])

  assert.deepEqual(ids(maps), ['chat-10', 'chat-9'])
  assert.equal(maps.servers['chat-10']?.['pid'], 7)
})

test('a type that was there once stays, with nobody', () => {
  const maps = createMaps()
  addToMaps(maps, [chat('chat-9')])

  removeFromMaps(maps, ['chat-9', 'unknown'])

  assert.deepEqual([ids(maps), maps.serverTypes, maps.servers], [[], ['chat'], {}])
})
