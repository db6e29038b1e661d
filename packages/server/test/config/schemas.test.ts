import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { test } from 'node:test'
import * as schemas from '../../src/config/schemas.ts'
import { documentation } from '../../src/config/setting.ts'
import type { Schema } from '../../src/config/setting.ts'

const page = await readFile(new URL('../../../../docs/guide/config.md', import.meta.url), 'utf8')

const files = {
  'servers.json': schemas.serverSchema,
  'connector.json': schemas.connectorSchema,
  'cluster.json': schemas.clusterSchema,
  'master.json': schemas.masterSchema,
  'log.json': schemas.logSchema,
}

for (const [file, schema] of Object.entries(files)) {
  test(`the guide's table of ${file} says what the code says`, () => {
    const rows = describe(schema.shape)

    assert.notEqual(rows.length, 0)
    assert.deepEqual(tableOf(file), rows)
  })
}

test('every setting that has an effect is described', () => {
  const undescribed = Object.values(files).flatMap(({ shape }) =>
    Object.keys(shape).filter((key) => describe({ [key]: Reflect.get(shape, key) }).length === 0),
  )

  assert.deepEqual(undescribed, ['port', 'id', 'host', 'port'])
})

/** Returns a row for each setting: name, type, default, meaning. */
function describe(shape: object, prefix = ''): string[][] {
  return Object.entries(shape).flatMap(([key, schema]: [string, Schema<unknown>]) => {
    const words = documentation.get(schema)
    if (words) return [[`\`${prefix}${key}\``, words.type, words.byDefault, words.meaning]]
    const nested: unknown = Reflect.get(Object(Reflect.get(schema.def, 'innerType')), 'shape')
    return typeof nested === 'object' && nested !== null ? describe(nested, `${prefix}${key}.`) : []
  })
}

function tableOf(file: string): string[][] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${file}\n`)) ?? ''
  const lines = section.split('\n').filter((line) => line.startsWith('|'))
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  )
}
