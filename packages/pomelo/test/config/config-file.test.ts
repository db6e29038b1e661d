import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfigFile, requireConfig } from '../../src/config/config-file.ts'
import { writeApplication } from '../fixtures/application-files.ts'

test('of a file with a section for the environment that counts, of another all of it', async () => {
  await using files = await writeApplication({
    'config/a.json': '{"development":{"x":1},"production":{"x":2}}',
    'config/b.json': '\uFEFF{"x":3}',
  })

  assert.deepEqual(readConfigFile(files.directory, 'production', '/config/a.json')?.value, { x: 2 })
  assert.deepEqual(readConfigFile(files.directory, 'production', 'config/b.json')?.value, { x: 3 })
})

test('a file that is not there is looked for in the folder of the environment', async () => {
  await using files = await writeApplication({ 'config/production/a.json': '{"production":{"x":1}}' })

  assert.deepEqual(readConfigFile(files.directory, 'production', 'config/a.json')?.value, {
    production: { x: 1 },
  })
  assert.equal(readConfigFile(files.directory, 'development', 'config/a.json'), undefined)
})

test('a file that has changed is read as it is now, JSON or not', async () => {
  await using files = await writeApplication({ 'a.json': '{"x":1}', 'b.js': 'module.exports = { x: 1 }' })
  const { directory } = files
  readConfigFile(directory, '', 'a.json')
  readConfigFile(directory, '', 'b.js')

  await writeFile(join(directory, 'a.json'), '{"x":2}')
  await writeFile(join(directory, 'b.js'), 'module.exports = { x: 2 }')

  assert.deepEqual(readConfigFile(directory, '', 'a.json')?.value, { x: 2 })
  assert.deepEqual(readConfigFile(directory, '', 'b.js')?.value, { x: 2 })
})

test('a module at an absolute path gives its section', async () => {
  await using files = await writeApplication({ 'mysql.json': '{"development":{"host":"h"}}' })

  assert.deepEqual(requireConfig(join(files.directory, 'mysql.json'), 'development'), { host: 'h' })
})

test('a file that is no JSON says which it is and where, without the way there', async () => {
  await using files = await writeApplication({ 'config/servers.json': '{\n  "connector": [1 2]\n}' })

  const read = () => readConfigFile(files.directory, 'development', 'config/servers.json')

  const says = `${join(files.directory, 'config/servers.json')}: malformed JSON at line 2, column 19`
  assert.throws(read, (error: Error) => {
    assert.ok(error.message.startsWith(says), error.message)
    assert.equal(error.stack, `SetupError: ${error.message}`)
    return true
  })
})
