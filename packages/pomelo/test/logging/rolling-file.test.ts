import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { RollingFile } from '../../src/logging/rolling-file.ts'
import { writeApplication } from '../fixtures/application-files.ts'

test('a file that is full becomes the first backup, and the oldest goes', async () => {
  await using files = await writeApplication({ 'readme.txt': '' })
  const path = join(files.directory, 'logs', 'a.log')
  const file = new RollingFile({ path, maxBytes: 4, backups: 2 })

  for (const line of ['one\n', 'two\n', 'three\n', 'four\n']) file.write(line)
  file.close()

  assert.deepEqual((await readdir(join(files.directory, 'logs'))).sort(), ['a.log', 'a.log.1', 'a.log.2'])
  const texts = ['a.log', 'a.log.1', 'a.log.2'].map((name) =>
    readFile(join(files.directory, 'logs', name), 'utf8'),
  )
  assert.deepEqual(await Promise.all(texts), ['four\n', 'three\n', 'two\n'])
})

test('a file that is there is written on', async () => {
  await using files = await writeApplication({ 'a.log': 'one\n' })
  const path = join(files.directory, 'a.log')
  const file = new RollingFile({ path })

  file.write('two\n')
  file.close()

  assert.equal(await readFile(path, 'utf8'), 'one\ntwo\n')
})

test('without backups a full file begins anew', async () => {
  await using files = await writeApplication({ 'readme.txt': '' })
  const path = join(files.directory, 'a.log')
  const file = new RollingFile({ path, maxBytes: 4, backups: 0 })

  file.write('one\n')
  file.write('two\n')
  file.close()

  assert.equal(await readFile(path, 'utf8'), 'two\n')
})
