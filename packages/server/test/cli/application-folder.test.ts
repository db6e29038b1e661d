import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { findApplication } from '../../src/cli/application-folder.ts'

async function createFolder(...files: readonly string[]) {
  const path = await mkdtemp(join(tmpdir(), 'shaddock-application-'))
  await mkdir(join(path, 'game-server'))
  for (const file of files) await writeFile(join(path, file), '')
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

test('an application is the folder that is named, or its game-server', async () => {
  await using both = await createFolder('app.js', 'game-server/app.ts')
  await using nested = await createFolder('game-server/app.mjs')

  assert.deepEqual(findApplication(both.path), { directory: both.path, entrance: join(both.path, 'app.js') })
  assert.deepEqual(findApplication(nested.path), {
    directory: join(nested.path, 'game-server'),
    entrance: join(nested.path, 'game-server/app.mjs'),
  })
})

test('a folder without an application is a mistake that names it', async () => {
  await using folder = await createFolder()

  assert.throws(() => findApplication(folder.path), {
    name: 'SetupError',
    message: `no app.ts in ${folder.path} or its game-server`,
  })
})
