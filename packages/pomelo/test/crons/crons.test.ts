import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Application } from '../../src/application/application.ts'
import { ServerComponent } from '../../src/crons/crons.ts'
import { writeApplication } from '../fixtures/application-files.ts'

const job = `module.exports = function (app) {
  return { tick: function () { app.ticks.push('tick') }, fail: function () { app.ticks.push('fail'); throw new Error('no') } }
}`

/** A chat server with crons of that config. */
async function openServer(crons: object) {
  const files = await writeApplication({
    'config/crons.json': JSON.stringify({ development: { chat: crons } }),
    'config/master.json': '{"id":"master-1","host":"127.0.0.1","port":0}',
    'config/servers.json': '{}',
    'config/log4js.json': '{"appenders":[]}',
    'app/servers/chat/cron/work.js': job,
  })
  const app = new Application()
  app.init({ base: files.directory, argv: ['node', 'app.js', 'serverType=chat', 'id=chat-1'] })
  const ticks: string[] = []
  Object.assign(app, { ticks })
  const server = new ServerComponent(app, () => ({}))
  server.afterStart(assert.ifError)
  return {
    app,
    ticks,
    async [Symbol.asyncDispose]() {
      server.stop(false, assert.ifError)
      await files[Symbol.asyncDispose]()
    },
  }
}

test('the crons of the server type run when they are due, and one that fails runs again', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000 })
  await using server = await openServer([
    { id: 1, time: '0/2 * * * * *', action: 'work.tick' },
    { id: 2, time: '1/2 * * * * *', action: 'work.fail', serverId: 'chat-1' },
    { id: 3, time: '* * * * * *', action: 'work.tick', serverId: 'chat-2' },
  ])

  for (let second = 2; second < 6; second++) t.mock.timers.tick(1_000)

  assert.deepEqual(server.ticks, ['tick', 'fail', 'tick', 'fail'])
})

test('crons are added and removed while the server runs; one whose id is taken is not added', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000 })
  await using server = await openServer([])

  server.app.addCrons([{ id: 1, time: '* * * * * *', action: 'work.tick' }])
  server.app.addCrons([{ id: '1', time: '* * * * * *', action: 'work.fail' }])
  t.mock.timers.tick(1_000)
  server.app.removeCrons([{ id: '1' }])
  t.mock.timers.tick(5_000)

  assert.deepEqual(server.ticks, ['tick'])
})

test('a cron that cannot be is left out, and the others run', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000 })
  await using server = await openServer([
    { id: 1, time: '10/5 * * * * *', action: 'work.tick' },
    { id: 2, time: '* * * * * *', action: 'work.missing' },
    { id: 3, time: '* * * * * *' },
    { id: 4, time: '* * * * * *', action: 'work.tick' },
  ])

  t.mock.timers.tick(1_000)

  assert.deepEqual(server.ticks, ['tick'])
})

test('a cron that would never run is left out, and its id is free', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000 })
  // the 31st of February
  await using server = await openServer([{ id: 1, time: '0 0 0 31 1 *', action: 'work.tick' }])

  server.app.addCrons([{ id: 1, time: '* * * * * *', action: 'work.tick' }])
  t.mock.timers.tick(1_000)

  assert.deepEqual(server.ticks, ['tick'])
})
