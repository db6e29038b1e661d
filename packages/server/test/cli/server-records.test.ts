import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ServerOrder } from '../../src/cli/server-order.ts'
import { ServerRecords } from '../../src/cli/server-records.ts'

async function createFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'shaddock-records-'))
  return {
    folder,
    records: new ServerRecords(folder),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

/** As much of an order as records look at. */
function orderOf(busName: string): ServerOrder {
  return { busName, attached: false } as ServerOrder
}

test('the record of a process that lives is found, and only its user can read it', async () => {
  await using place = await createFolder()

  place.records.write(process.pid, orderOf('chat-1@x'))

  const found = place.records.all()
  assert.deepEqual(
    found.map(({ pid, order }) => [pid, order]),
    [[process.pid, orderOf('chat-1@x')]],
  )
  assert.equal((await stat(join(place.folder, 'chat-1@x.json'))).mode & 0o777, 0o600)
})

test('what a process that was killed has left is removed by who looks next', async () => {
  await using place = await createFolder()
  const child = spawn('sleep', ['3600'])
  place.records.write(child.pid ?? 0, orderOf('chat-1@x'))
  await writeFile(join(place.folder, 'chat-1@x.sock'), '')
  child.kill('SIGKILL')
  await once(child, 'exit')

  assert.deepEqual(place.records.all(), [])
  assert.deepEqual(await readdir(place.folder), [])
})

test('a process that has ended before its record was written has none', async () => {
  await using place = await createFolder()
  const child = spawn('true')
  await once(child, 'exit')

  place.records.write(child.pid ?? 0, orderOf('chat-1@x'))

  assert.deepEqual(await readdir(place.folder), [])
})

test('a file that is no record is left alone', async () => {
  await using place = await createFolder()
  await writeFile(join(place.folder, 'x.json'), '{')

  assert.deepEqual(place.records.all(), [])
  assert.deepEqual(await readdir(place.folder), ['x.json'])
})
