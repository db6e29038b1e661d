import { parseProtos } from '@shaddock/protocol'
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { pageProtoStore } from '../src/proto-store.ts'
import { usePage } from './fixtures/page.ts'

const protos = { server: parseProtos({ onMove: { 'required uInt32 x': 1 } }), client: {}, version: 'v' }

test('definitions are kept under the key of the original', (t) => {
  const storage = usePage(t)

  pageProtoStore.save(protos)

  assert.deepEqual(JSON.parse(storage.get('protos') ?? ''), protos)
  assert.deepEqual(pageProtoStore.load(), protos)
})

test('what is stored there and is no definitions is nothing', (t) => {
  const storage = usePage(t)

  for (const text of [
    '',
    'x',
    'null',
    '1',
    '{}',
    '{"server":{},"client":{}}',
    '{"server":{"r":1},"client":{},"version":"v"}',
  ]) {
    storage.set('protos', text)
    assert.equal(pageProtoStore.load(), undefined, text)
  }
})

test('where the page is forbidden its storage, or has none, nothing is kept', (t) => {
  pageProtoStore.save(protos)
  assert.equal(pageProtoStore.load(), undefined)

  forbid(t)

  pageProtoStore.save(protos)
  assert.equal(pageProtoStore.load(), undefined)
})

test('in Cocos the storage is in sys', (t) => {
  const items = new Map<string, string>()
  const page = globalThis as { sys?: object }
  page.sys = {
    localStorage: {
      getItem: (key: string) => items.get(key) ?? null,
      setItem: (key: string, value: string) => items.set(key, value),
    },
  }
  t.after(() => delete page.sys)

  pageProtoStore.save(protos)

  assert.deepEqual(pageProtoStore.load(), protos)
})

function forbid(t: TestContext): void {
  Object.defineProperty(globalThis, 'localStorage', {
    configurable: true,
    get: () => {
      throw new Error('denied')
    },
  })
  t.after(() => Reflect.deleteProperty(globalThis, 'localStorage'))
}
