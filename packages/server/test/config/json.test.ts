import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { parseJson } from '../../src/config/json.ts'
import { SetupError } from '../../src/errors.ts'

test('a byte order mark is skipped', () => {
  assert.deepEqual(parseJson('\uFEFF{"a":1}', 'x.json'), { a: 1 })
})

const faults: readonly (readonly [text: string, message: string])[] = [
  ['', 'line 1, column 1: unexpected end of JSON input'],
  ['{\n  "a": [1,\n', 'line 3, column 1: unexpected end of JSON input'],
  ['x', "line 1, column 1: unexpected token 'x'"],
  ['{\n  "a": [tru\n]\n}', "line 2, column 12: unexpected token ' '"],
  ['{ "a": 1,\n  "b": 2,\n}', 'line 3, column 1: expected double-quoted property name'],
  ['{ "a": [1, 2,] }', "line 1, column 14: unexpected token ']'"],
  [`[${'1, '.repeat(50)}\n1, ]`, "line 2, column 4: unexpected token ']'"],
  ['{ "a": "b', 'line 1, column 10: unterminated string'],
  ['{} {}', 'line 1, column 4: unexpected non-whitespace character after JSON'],
]

for (const [text, message] of faults) {
  test(`${JSON.stringify(text.slice(0, 20))} is malformed at ${message}`, () => {
    assert.throws(() => parseJson(text, 'x.json'), new SetupError(`x.json: malformed JSON at ${message}`))
  })
}

test('any text is parsed or refused with one line', () => {
  const cut = fc.tuple(fc.json(), fc.nat(40)).map(([json, at]) => json.slice(0, at) + json.slice(at + 1))

  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.json(), cut), (text) => {
      try {
        assert.deepEqual(parseJson(text, 'x.json'), JSON.parse(text))
      } catch (error) {
        assert.ok(error instanceof SetupError)
        assert.match(error.message, /^x\.json: malformed JSON at line \d+, column \d+: [^\n]+$/)
      }
    }),
  )
})
