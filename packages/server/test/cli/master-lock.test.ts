import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { takeMasterLock } from '../../src/cli/master-lock.ts'

/** A runtime folder, and masters that listen in it. */
async function createFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'shaddock-lock-'))
  const servers: Server[] = []
  return {
    folder,
    async listen(pid: number): Promise<string> {
      const name = `master-${pid}@x.sock`
      const server = createServer().listen(join(folder, name))
      await once(server, 'listening')
      servers.push(server)
      return name
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server.close() && once(server, 'close')))
      await rm(folder, { recursive: true })
    },
  }
}

test('a lock that is held is refused to others, with the pid of who holds it', async () => {
  await using place = await createFolder()
  await takeMasterLock(place.folder, await place.listen(11))
  const other = await place.listen(22)

  await assert.rejects(takeMasterLock(place.folder, other), {
    name: 'SetupError',
    message: 'the application runs already: its master is pid 11',
  })
})

test('a lock that is released is there for others', async () => {
  await using place = await createFolder()
  const release = await takeMasterLock(place.folder, await place.listen(11))

  release()

  await takeMasterLock(place.folder, await place.listen(22))
})

for (const [what, target] of [
  ['whose socket is gone', 'nothing.sock'],
  ['whose socket is no socket', '.'],
] as const) {
  test(`a lock ${what} is void, and is removed by the next`, async () => {
    await using place = await createFolder()
    await symlink(target, join(place.folder, 'master.7'))

    await takeMasterLock(place.folder, await place.listen(11))

    const locks = (await readdir(place.folder)).filter((name) => /^master\.\d+$/.test(name))
    assert.deepEqual(locks, ['master.8'])
  })
}

for (const isVoidThere of [false, true]) {
  test(`of many who take it at once at most one succeeds ${isVoidThere ? 'when a void one is there' : ''}`, async () => {
    await using place = await createFolder()
    if (isVoidThere) await symlink('nothing.sock', join(place.folder, 'master.1'))
    const sockets = await Promise.all([11, 22, 33, 44, 55, 66].map((pid) => place.listen(pid)))

    const outcomes = await Promise.allSettled(sockets.map((socket) => takeMasterLock(place.folder, socket)))

    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
  })
}
