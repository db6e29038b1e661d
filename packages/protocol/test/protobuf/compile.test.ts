import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileProtos, parseProtos, type ProtoTable, ProtocolError } from '../../src/index.ts'
import { toHex } from '../vectors.ts'

test('a message may hold itself, by way of a root message', () => {
  const [tree] = compileProtos(
    parseProtos({
      tree: { 'optional Node root': 1 },
      'message Node': { 'optional uInt32 v': 1, 'repeated Node kids': 2 },
    }),
  ).values()
  const value = { root: { v: 1, kids: [{ v: 2 }, { kids: [{ v: 3 }] }] } }

  assert.deepEqual(tree?.decode(tree.encode(value)), value)
})

test('a nested message hides the root message of its name', () => {
  const protos = compileProtos(
    parseProtos({
      'message M': { 'required string s': 1 },
      inner: { 'message M': { 'required uInt32 n': 1 }, 'optional M m': 1 },
      outer: { 'optional M m': 1 },
    }),
  )

  assert.equal(toHex(protos.get('inner')!.encode({ m: { n: 5 } })), '0a020805')
  assert.equal(toHex(protos.get('outer')!.encode({ m: { s: 'x' } })), '0a030a0178')
})

test('a field that was defined twice is written by its last tag and read by both', () => {
  const codec = compileProtos(parseProtos({ r: { 'required uInt32 a': 1, 'optional uInt32 a': 2 } })).get(
    'r',
  )!

  assert.equal(toHex(codec.encode({ a: 5 })), '1005')
  assert.deepEqual(codec.decode(Uint8Array.of(0x08, 6)), { a: 6 })
  assert.deepEqual(codec.decode(Uint8Array.of(0x10, 7)), { a: 7 })
})

test('a tag may be a text, and one that is none does no harm', () => {
  const protos = compileProtos(
    parseProtos({ r: { 'optional uInt32 a': '3' }, s: { 'optional uInt32 a': 'x' } }),
  )

  assert.equal(toHex(protos.get('r')!.encode({ a: 5 })), '1805')
  assert.equal(toHex(protos.get('s')!.encode({ a: 5 })), '0005')
})

test('no definition reaches the prototype of what is decoded', () => {
  const table = JSON.parse(
    '{"r":{"__proto__":{"option":"optional","type":"Empty","tag":1},"__messages":{"Empty":{}},"__tags":{"1":"__proto__"}}}',
  ) as ProtoTable

  assert.throws(() => compileProtos(table).get('r')!.decode(Uint8Array.of(0x0a, 0)), ProtocolError)
})

const malformed = [
  '[1]',
  '{"r":1}',
  '{"r":{"a":1}}',
  '{"r":{"a":null}}',
  '{"r":{"a":{"option":"optional","tag":1}}}',
  '{"r":{"a":{"option":"oneof","type":"string","tag":1}}}',
  '{"r":{"__messages":{"M":5}}}',
  '{"r":{"__tags":5}}',
]

test('what a server sends in place of definitions is a ProtocolError', () => {
  for (const text of malformed) {
    assert.throws(() => compileProtos(JSON.parse(text) as ProtoTable), ProtocolError, text)
  }
})

test('definitions within definitions without end are a ProtocolError', () => {
  const depth = 5_000
  const text = `${'{"__messages":{"M":'.repeat(depth)}{}${'}}'.repeat(depth)}`

  assert.throws(() => compileProtos({ r: JSON.parse(text) as never }), ProtocolError)
})

test('any JSON is definitions or a ProtocolError', () => {
  const key = fc.constantFrom('a', '__messages', '__tags', 'option', 'type', 'tag', '1', 'message M')
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, 1, 'optional', 'M', 'uInt32', [], {}),
      fc.dictionary(key, tie('tree')),
    ),
  }))

  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom('r', 'message M'), tree), (table) => {
      try {
        assert.ok(compileProtos(table as ProtoTable).size <= 2)
      } catch (error) {
        assert.ok(error instanceof ProtocolError, String(error))
      }
    }),
  )
})
