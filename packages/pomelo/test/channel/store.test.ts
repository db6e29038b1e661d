import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ChannelService } from '../../src/channel/channel-service.ts'
import type { ChannelStore } from '../../src/channel/store.ts'

/** A store as applications write them, in memory. */
function memoryStore(): ChannelStore & { readonly sets: Map<string, Set<string>> } {
  const sets = new Map<string, Set<string>>()
  return {
    sets,
    add(key, value, callback) {
      sets.set(key, (sets.get(key) ?? new Set()).add(value))
      callback()
    },
    remove(key, value, callback) {
      sets.get(key)?.delete(value)
      callback()
    },
    removeAll(key, callback) {
      sets.delete(key)
      callback()
    },
    load: (key, callback) => callback(null, [...(sets.get(key) ?? [])]),
  }
}

const app = { serverId: 'chat-1' } as never
const invoke = () => undefined

test('channels come back from the store, with who was in them', async () => {
  const store = memoryStore()
  const before = new ChannelService(app, invoke, { store, prefix: 'game' })
  before.createChannel('hall').add('ada', 'connector-1')
  before.getChannel('hall')?.add('bob:b', 'connector-2')
  before.getChannel('hall')?.add('eve', 'connector-1')
  before.getChannel('hall')?.leave('eve', 'connector-1')
  before.createChannel('gone').add('ada', 'connector-1')
  before.destroyChannel('gone')
  const after = new ChannelService(app, invoke, { store, prefix: 'game' })

  await new Promise((resolve) => after.start(resolve))

  assert.deepEqual(Object.keys(after.channels), ['hall'])
  assert.deepEqual(after.getChannel('hall')?.getMembers(), ['ada', 'bob:b'])
  assert.equal(after.getChannel('hall')?.getUserAmount(), 2)
  assert.deepEqual([...store.sets.keys()].sort(), ['game:chat-1', 'game:chat-1:hall'])
})

test('a store that cannot load keeps the server from starting', async () => {
  const store = {
    ...memoryStore(),
    load: (_: string, callback: (error: unknown) => void) => callback('no redis'),
  }
  const service = new ChannelService(app, invoke, { store, prefix: 'game' })

  const error = await new Promise((resolve) => service.start(resolve))

  assert.match(String(error), /no redis/)
})
