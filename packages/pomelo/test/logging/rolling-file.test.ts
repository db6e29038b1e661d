import assert from 'node:assert/strict'
import { closeSync, fstatSync, openSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, rmdir } from 'node:fs/promises'
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

test('a file that cannot be rolled closes nothing that is not its own, and is written when it can be', async () => {
  await using files = await writeApplication({ 'readme.txt': '' })
  const path = join(files.directory, 'a.log')
  const file = new RollingFile({ path, maxBytes: 4, backups: 1 })
  file.write('one\n')
  // a folder in its place cannot be replaced by a file
  await mkdir(join(`${path}.1`, 'in the way'), { recursive: true })

  file.write('two\n')
  const other = openSync(join(files.directory, 'readme.txt'), 'r')
  file.write('three\n')

  assert.equal(fstatSync(other).isFile(), true)
  closeSync(other)
  await rmdir(join(`${path}.1`, 'in the way'))
  await rmdir(`${path}.1`)
  file.write('four\n')
  file.close()
  assert.equal(await readFile(path, 'utf8'), 'four\n')
})

test('a file whose folder is removed begins anew when it is full', async () => {
  await using files = await writeApplication({ 'readme.txt': '' })
  const path = join(files.directory, 'logs', 'a.log')
  const file = new RollingFile({ path, maxBytes: 4 })
  file.write('one\n')
  await rm(join(files.directory, 'logs'), { recursive: true })

  file.write('two\n')
  file.close()

  assert.equal(await readFile(path, 'utf8'), 'two\n')
})
