import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, utimesSync, watch, writeFileSync } from 'node:fs'
import { mkdtemp, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { test } from 'node:test'
import { makeRuntimeFolder, runtimeFolderOf } from '../../src/cli/runtime-folder.ts'
import type { ServerOrder } from '../../src/cli/server-order.ts'
import { ServerRecords } from '../../src/cli/server-records.ts'
import { sweepBeside } from '../../src/cli/sweep.ts'
import { createApplication } from './test-application.ts'

/** The runtime folders of this user in a temporary folder: an application's own, and another's. */
async function createFolders() {
  const place = await mkdtemp(join(tmpdir(), 'shaddock-sweep-'))
  const user = join(place, basename(dirname(runtimeFolderOf(place))))
  const [own, other] = [join(user, '0123456789ab'), join(user, 'ba9876543210')]
  makeRuntimeFolder(own)
  makeRuntimeFolder(other)
  return { place, own, other, [Symbol.asyncDispose]: () => rm(place, { recursive: true }) }
}

/** Makes it seem that nobody has come or gone for an hour. */
function age(folder: string): void {
  const then = new Date(Date.now() - 3_600_000)
  utimesSync(folder, then, then)
}

/** Listens on two sockets, and says when it does. */
const listen = `
  const [, first, second] = process.argv
  const { createServer } = require('node:net')
  createServer().listen(first, () => createServer().listen(second, () => console.log('listening')))`

/** Fills a folder with what a killed process leaves. */
async function leaveDead(folder: string): Promise<void> {
  const paths = ['master-1@x.sock', 'chat-1@x.new'].map((name) => join(folder, name))
  const child = spawn(process.execPath, ['-e', listen, ...paths])
  await once(child.stdout, 'data')
  new ServerRecords(folder).write(child.pid ?? 0, { busName: 'chat-1@x' } as ServerOrder)
  child.kill('SIGKILL')
  await once(child, 'exit')
  await symlink('master-1@x.sock', join(folder, 'master.1'))
  writeFileSync(join(folder, 'chat-2@x.json.new'), '{')
}

test('the folder of an application whose processes were all killed is removed', async () => {
  await using folders = await createFolders()
  await leaveDead(folders.other)
  assert.equal(readdirSync(folders.other).length, 5)
  age(folders.other)

  await sweepBeside(folders.own)

  assert.equal(existsSync(folders.other), false)
  assert.equal(existsSync(folders.own), true)
})

test('what is young is left, as somebody may be about to listen there', async () => {
  await using folders = await createFolders()
  age(folders.other)
  makeRuntimeFolder(folders.other)

  await sweepBeside(folders.own)

  assert.equal(existsSync(folders.other), true)
})

test('nothing is removed where one process listens, whoever has died beside it', async () => {
  await using folders = await createFolders()
  await leaveDead(folders.other)
  const server = createServer().listen(join(folders.other, 'chat-3@x.sock'))
  await once(server, 'listening')
  const before = readdirSync(folders.other)
  age(folders.other)

  await sweepBeside(folders.own)

  assert.deepEqual(readdirSync(folders.other), before)
  server.close()
  await once(server, 'close')
})

test('a server that lives keeps its folder, also when it does not listen yet', async () => {
  await using folders = await createFolders()
  new ServerRecords(folders.other).write(process.pid, { busName: 'chat-1@x' } as ServerOrder)
  age(folders.other)

  await sweepBeside(folders.own)

  assert.deepEqual(readdirSync(folders.other), ['chat-1@x.json'])
})

test('what is no runtime folder, and what else lies in one, is left alone', async () => {
  await using folders = await createFolders()
  writeFileSync(join(folders.other, 'notes.txt'), 'mine')
  const cache = join(folders.own, '../compile-cache')
  makeRuntimeFolder(cache)
  for (const folder of [folders.other, cache]) age(folder)

  await sweepBeside(folders.own)

  assert.deepEqual(readdirSync(folders.other), ['notes.txt'])
  assert.equal(existsSync(cache), true)
})

test('start sweeps', async () => {
  await using folders = await createFolders()
  await using application = await createApplication()
  age(folders.other)
  const swept = Promise.withResolvers<void>()
  const watcher = watch(dirname(folders.other), () => existsSync(folders.other) || swept.resolve())

  const master = application.start([], { env: { TMPDIR: folders.place } })

  await Promise.all([master.ready(), swept.promise])
  watcher.close()
  master.signal('SIGINT')
  assert.equal(await master.ended(), 0)
})
