import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { buildDictionary, dictionaryText, RouteDictionary } from '../src/index.ts'
import { readVectors } from './vectors.ts'

interface Case {
  readonly name: string
  readonly handlers: Readonly<Record<string, readonly string[]>>
  readonly userDictionary: readonly string[]
  readonly dict: Readonly<Record<string, number>>
  readonly abbrs: Readonly<Record<string, string>>
  readonly hashedString: string
  readonly version: string
}

/** The versions of protobuf definitions, which this package does not speak. */
const needProtobuf = ['protos', 'protos, both files present but empty', 'protos, no files']

const vectors = readVectors<Case>('versions')

test('every vector of versions is covered but those of protobuf', () => {
  const names = vectors.cases.map(({ name }) => name)

  assert.equal(names.length, vectors.count)
  assert.deepEqual(names, ['dictionary', ...needProtobuf])
})

for (const vector of vectors.cases.filter(({ name }) => !needProtobuf.includes(name))) {
  test(`a dictionary has the codes and the version that Pomelo gives it: ${vector.name}`, () => {
    const routes = Object.entries(vector.handlers).flatMap(([module, methods]) =>
      methods.map((method) => `${module.replace('/', '.')}.${method}`),
    )

    const dictionary = buildDictionary(routes, vector.userDictionary)

    const text = dictionaryText(dictionary)
    assert.equal(text, vector.hashedString)
    assert.equal(createHash('md5').update(text).digest('base64'), vector.version)
    assert.deepEqual(dictionary.routeToCode, vector.dict)
    assert.deepEqual(dictionary.codeToRoute, vector.abbrs)
  })
}

test('handler routes are sorted and numbered from 1, extra ones follow as they stand', () => {
  const dictionary = buildDictionary(new Set(['b.b.b', 'a.a.a', 'B.b.b']), ['onZ', 'onA'])

  assert.deepEqual(
    [...dictionary],
    [
      ['B.b.b', 1],
      ['a.a.a', 2],
      ['b.b.b', 3],
      ['onZ', 4],
      ['onA', 5],
    ],
  )
  assert.equal(dictionary.version, '')
})

test('of a route that appears twice the later code is written and both are read', () => {
  const dictionary = buildDictionary(['a.a.a', 'b.b.b'], ['a.a.a'])

  assert.equal(dictionary.codeOf('a.a.a'), 3)
  assert.equal(dictionary.routeOf(1), 'a.a.a')
  assert.equal(dictionary.routeOf(3), 'a.a.a')
  assert.equal(dictionaryText(dictionary), '{"a.a.a":3,"b.b.b":2}')
})

test('a copy of a dictionary is the same but for its version', () => {
  const original = buildDictionary(['a.a.a', 'b.b.b', '1'], ['a.a.a', '0'])

  const copy = new RouteDictionary(original, 'v1')

  assert.equal(copy.version, 'v1')
  assert.deepEqual([...copy], [...original])
  assert.equal(dictionaryText(copy), dictionaryText(original))
})

test('names of Object.prototype are routes like any other', () => {
  const dictionary = new RouteDictionary([
    ['__proto__', 1],
    ['constructor', 2],
  ])

  assert.equal(dictionary.codeOf('__proto__'), 1)
  assert.equal(dictionary.routeOf(2), 'constructor')
  assert.equal(dictionary.codeOf('toString'), undefined)
  assert.equal(dictionaryText(dictionary), '{"__proto__":1,"constructor":2}')
  assert.equal(new RouteDictionary(JSON.parse('{"__proto__":1}')).codeOf('__proto__'), 1)
})

test('codes are integers of two bytes, each for one route', () => {
  for (const code of [-1, 0x10000, 1.5, Number.NaN]) {
    assert.throws(() => new RouteDictionary({ a: code }), RangeError)
  }
  assert.throws(() => new RouteDictionary({ a: 1, b: 1 }), new RangeError('code 1 stands for a and b'))
  assert.equal(new RouteDictionary({ a: 0, b: 0xffff }).routeOf(0xffff), 'b')
})

test('more routes than codes are refused', () => {
  const routes = Array.from({ length: 0x10000 }, (_, index) => `a.b.c${index}`)

  assert.throws(() => buildDictionary(routes, []), RangeError)
  assert.equal(buildDictionary(routes.slice(1), []).codeOf('a.b.c1'), 1)
})

test('every code leads back to its route', () => {
  fc.assert(
    fc.property(fc.array(fc.string()), fc.array(fc.string()), (handlers, extra) => {
      const dictionary = buildDictionary(handlers, extra)

      assert.equal([...dictionary].length, handlers.length + extra.length)
      for (const route of [...handlers, ...extra])
        assert.equal(dictionary.routeOf(dictionary.codeOf(route)!), route)
    }),
  )
})
