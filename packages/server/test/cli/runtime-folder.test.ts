import assert from 'node:assert/strict'
import { existsSync, statSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import {
  hasRuntimeFolder,
  makeRuntimeFolder,
  newBusName,
  removeRuntimeFolder,
  runtimeFolderOf,
} from '../../src/cli/runtime-folder.ts'
import { createApplication } from './test-application.ts'

async function createPlace() {
  const place = await mkdtemp(join(tmpdir(), 'shaddock-runtime-'))
  const folder = join(place, 'shaddock-user', 'application')
  return { place, folder, [Symbol.asyncDispose]: () => rm(place, { recursive: true }) }
}

test('an application that is reached by another path has the same runtime folder', async () => {
  await using place = await createPlace()
  await mkdir(join(place.place, 'real'))
  await symlink('real', join(place.place, 'link'))

  const folder = runtimeFolderOf(join(place.place, 'link'))

  assert.equal(folder, runtimeFolderOf(join(place.place, 'real')))
  assert.notEqual(folder, runtimeFolderOf(place.place))
  assert.equal(dirname(dirname(folder)), tmpdir())
  assert.match(basename(folder), /^[0-9a-f]{12}$/)
})

test('nobody else can enter a runtime folder, nor the one it is in', async () => {
  await using place = await createPlace()

  makeRuntimeFolder(place.folder)

  assert.equal(statSync(place.folder).mode & 0o777, 0o700)
  assert.equal(statSync(dirname(place.folder)).mode & 0o777, 0o700)
  makeRuntimeFolder(place.folder)
  assert.equal(hasRuntimeFolder(place.folder), true)
})

test('a runtime folder that others can enter is refused', async () => {
  await using place = await createPlace()
  makeRuntimeFolder(place.folder)

  for (const path of [place.folder, dirname(place.folder)]) {
    await chmod(path, 0o710)
    const refusal = { name: 'SetupError', message: `${path} lets other users in: give it mode 700` }
    assert.throws(() => makeRuntimeFolder(place.folder), refusal)
    assert.throws(() => hasRuntimeFolder(place.folder), refusal)
    await chmod(path, 0o700)
  }
})

test('a link that was put in the place of a runtime folder is not followed', async () => {
  await using place = await createPlace()
  const parent = dirname(place.folder)
  await mkdir(join(place.place, 'elsewhere'), { mode: 0o700 })
  await symlink('elsewhere', parent)

  assert.throws(() => makeRuntimeFolder(place.folder), {
    name: 'SetupError',
    message: `${parent}: expected a folder`,
  })
  assert.equal(existsSync(join(place.place, 'elsewhere', 'application')), false)
})

test('start refuses a runtime folder that somebody planted', async () => {
  await using place = await createPlace()
  await using application = await createApplication()
  await symlink(place.place, join(place.place, basename(dirname(application.runtimeFolder))))

  const master = application.start([], { env: { TMPDIR: place.place } })

  assert.equal(await master.ended(), 1)
  assert.match(master.output, /^shaddock: \S+: expected a folder$/m)
})

test('a runtime folder is removed unless somebody is in it', async () => {
  await using place = await createPlace()
  makeRuntimeFolder(place.folder)
  await writeFile(join(place.folder, 'somebody'), '')

  removeRuntimeFolder(place.folder)
  assert.equal(hasRuntimeFolder(place.folder), true)
  await rm(join(place.folder, 'somebody'))
  removeRuntimeFolder(place.folder)

  assert.equal(hasRuntimeFolder(place.folder), false)
  removeRuntimeFolder(place.folder)
})

test('a name on the bus is short and plain, whatever the id', () => {
  const name = newBusName('聊天 '.repeat(30))

  assert.match(name, /^_{24}@\w{8}$/)
  assert.match(newBusName('chat-1'), /^chat-1@\w{8}$/)
})
