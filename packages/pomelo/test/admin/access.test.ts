import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { isAllowed } from '../../src/admin/access.ts'
import { authenticate } from '../../src/admin/users.ts'
import { writeApplication } from '../fixtures/application-files.ts'

test('who may only look cannot change an application', () => {
  const may = (moduleId: string, body: object, command?: string) =>
    [1, 2].map((level) => isAllowed({ moduleId, body: { ...body }, command }, level))

  assert.deepEqual(may('__console__', { signal: 'list' }), [true, true])
  assert.deepEqual(may('watchServer', { comd: 'servers' }), [true, true])
  assert.deepEqual(may('ownModule', {}), [true, true])
  assert.deepEqual(may('', {}, 'list'), [true, true])
  assert.deepEqual(may('', {}, 'enable'), [true, false])
  for (const signal of ['stop', 'kill', 'restart', 'add', 'addCron', 'removeCron', 'blacklist'])
    assert.deepEqual(may('__console__', { signal }), [true, false])
  for (const comd of ['set', 'enable', 'disable', 'run', 'memory', 'cpu'])
    assert.deepEqual(may('watchServer', { comd }), [true, false])
  assert.deepEqual(may('scripts', { command: 'list' }), [true, false])
  assert.deepEqual(may('watchServer', { comd: 'run', signal: 'list' }), [true, false])
  assert.deepEqual(may('__console__', { signal: 'add', comd: 'servers' }), [true, false])
})

test('users are those of adminUser.json, with their password or its MD5', async () => {
  const ada = { username: 'ada', password: 'secret', level: 1 }
  await using files = await writeApplication({ 'config/adminUser.json': JSON.stringify([ada]) })
  const app = { base: files.directory, env: 'development', get: () => undefined } as never
  const md5 = createHash('md5').update('secret').digest('hex')

  assert.deepEqual(await authenticate(app, { username: 'ada', password: md5, md5: true }), ada)
  assert.deepEqual(await authenticate(app, { username: 'ada', password: 'secret' }), ada)
  for (const credentials of [
    {},
    { username: 'ada' },
    { username: 'ada', password: md5 },
    { username: 'ada', password: 'secret', md5: true },
    { username: 'eve', password: 'secret' },
    { username: 'ada', password: { $ne: 1 } },
  ]) {
    assert.equal(await authenticate(app, credentials), undefined)
  }
})

test('an application may know its users itself', async () => {
  const authUser = (credentials: { username: string }, env: string, callback: (user: unknown) => void) =>
    callback(credentials.username === 'ada' ? { username: 'ada', level: 1, env } : null)
  const app = { env: 'production', get: () => ({ authUser }) } as never

  assert.deepEqual(await authenticate(app, { username: 'ada' }), {
    username: 'ada',
    level: 1,
    env: 'production',
  })
  assert.equal(await authenticate(app, { username: 'eve' }), undefined)
})
