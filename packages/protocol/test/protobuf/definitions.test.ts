import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { parseProtos, protosText } from '../../src/index.ts'
import { readVectors } from '../vectors.ts'

const parsing = readVectors<{ readonly name: string; readonly input: object; readonly parsed: object }>(
  'protobuf-parse',
)

test('every vector of definitions is covered', () => {
  assert.equal(parsing.cases.length, parsing.count)
})

for (const { name, input, parsed } of parsing.cases) {
  test(`definitions are parsed to the bytes of Pomelo: ${name}`, () => {
    assert.equal(JSON.stringify(parseProtos(input)), JSON.stringify(parsed))
  })
}

test('what is no table has no definitions', () => {
  for (const config of [null, undefined, 1, 'text', []]) assert.deepEqual(parseProtos(config), {})
  assert.deepEqual(parseProtos({ onChat: null }), { onChat: { __messages: {}, __tags: {} } })
})

interface Version {
  readonly name: string
  readonly serverProtos?: object
  readonly clientProtos?: object
  readonly hashedString?: string
  readonly version: string
}

test('the version of definitions is that of Pomelo', () => {
  const { cases } = readVectors<Version>('versions')
  const [full, empty] = ['protos', 'protos, both files present but empty'].map((name) =>
    cases.find((version) => version.name === name),
  )

  for (const { clientProtos, serverProtos, hashedString, version } of [full!, empty!]) {
    const text = protosText(parseProtos(clientProtos ?? {}), parseProtos(serverProtos ?? {}))

    assert.equal(text, hashedString)
    assert.equal(createHash('md5').update(text).digest('base64'), version)
  }
})
