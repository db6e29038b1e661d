import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeText, encodeCesu8, encodeText } from '../src/index.ts'
import { fromHex, readVectors, toHex } from './vectors.ts'

interface Case {
  readonly name: string
  readonly codeUnits: readonly string[]
  readonly browserEncodeHex: string
  readonly nodeEncodeHex: string
}

const vectors = readVectors<Case>('text')

test('every vector of text is covered', () => {
  assert.equal(vectors.cases.length, vectors.count)
})

for (const { name, codeUnits, browserEncodeHex, nodeEncodeHex } of vectors.cases) {
  const text = String.fromCharCode(...codeUnits.map((unit) => Number.parseInt(unit, 16)))

  test(`text is written as UTF-8: ${name}`, () => {
    assert.equal(toHex(encodeText(text)), nodeEncodeHex)
  })

  test(`text is written as browsers of Pomelo write it: ${name}`, () => {
    assert.equal(toHex(encodeCesu8(text)), browserEncodeHex)
  })

  test(`text of Node and of browsers is read: ${name}`, () => {
    // three bytes that are no UTF-8 are three replacements
    const lone = name === 'lone high surrogate' ? '\ufffd'.repeat(3) : text

    assert.equal(decodeText(fromHex(nodeEncodeHex)), text.toWellFormed())
    assert.equal(decodeText(fromHex(browserEncodeHex)), lone)
  })
}

test('a surrogate pair of CESU-8 is joined among broken bytes, and only a pair', () => {
  assert.equal(decodeText(fromHex('ff eda0bdedb880 c3')), '\ufffd😀\ufffd')
  assert.equal(decodeText(fromHex('eda080edb080 edafbfedbfbf')), '\u{10000}\u{10ffff}')
  assert.equal(decodeText(fromHex('eda0bd eda0bdedb880')), '\ufffd\ufffd\ufffd😀')
  assert.equal(decodeText(fromHex('edb880eda0bd')), '\ufffd'.repeat(6))
  assert.equal(decodeText(fromHex('eda0bdedb8')), '\ufffd'.repeat(5))
  assert.equal(decodeText(fromHex('ed9fbfed9fbf ff')), '\ud7ff\ud7ff\ufffd')
  assert.equal(decodeText(fromHex('ed9fbfedb080')), '\ud7ff\ufffd\ufffd\ufffd')
  assert.equal(decodeText(fromHex('eda0bdedb8ff')), '\ufffd'.repeat(6))
  assert.equal(decodeText(fromHex('eda0ffedb880')), '\ufffd'.repeat(6))
})

test('a byte order mark is text', () => {
  assert.equal(decodeText(fromHex('efbbbf61')), '\ufeffa')
  assert.equal(decodeText(fromHex('efbbbf61 ff')), '\ufeffa\ufffd')
})

const anyText = fc.array(
  fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.integer({ min: 0, max: 0xffff }).map((u) => String.fromCharCode(u)),
  ),
)

test('text survives encoding, but for lone surrogates, which are replaced', () => {
  fc.assert(
    fc.property(anyText, (parts) => {
      const text = parts.join('')

      assert.equal(decodeText(encodeText(text)), text.toWellFormed())
    }),
  )
})

test('text that a browser of Pomelo wrote is read as it was', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      assert.equal(decodeText(encodeCesu8(text)), text)
    }),
  )
})

test('any bytes are text without lone surrogates', () => {
  const surrogates = fc.constantFrom([0xed, 0xa0, 0xbd], [0xed, 0xb8, 0x80], [0xf0, 0x9f, 0x98, 0x80])
  const bytes = fc.array(fc.oneof(fc.integer({ min: 0, max: 255 }), surrogates))

  fc.assert(
    fc.property(bytes, (parts) => {
      assert.ok(decodeText(Uint8Array.from(parts.flat())).isWellFormed())
    }),
  )
})
