import assert from 'node:assert/strict'
import { test } from 'node:test'
import { listRoutes } from '../../src/dispatch/list-routes.ts'
import { writeApplication } from '../fixtures/application-files.ts'

test('the routes of all types are listed, handlers and remotes apart, sorted', async () => {
  await using files = await writeApplication({
    'app/servers/chat/handler/talk.js': 'export default class { send() {} hush() {} _count() {} }',
    'app/servers/chat/handler/admin.js': 'export default { kick() {} }',
    'app/servers/chat/remote/rooms.js': 'export default () => ({ add() {} })',
    'app/servers/gate/handler/entry.js': 'export default class { query() {} }',
  })

  assert.deepEqual(await listRoutes(files.directory), [
    {
      type: 'chat',
      handlers: ['chat.admin.kick', 'chat.talk.hush', 'chat.talk.send'],
      remotes: ['chat.rooms.add'],
    },
    { type: 'gate', handlers: ['gate.entry.query'], remotes: [] },
  ])
})

test('modules may use the application as they are made: it does nothing', async () => {
  await using files = await writeApplication({
    'app/servers/chat/handler/talk.js': `
      export default class {
        constructor(app) {
          this.app = app
          app.channels.onLeave(({ channel }) => channel.push('onLeave', {}))
          this.area = app.server.settings.area
          this.stop = app.onStop('talk', () => undefined)
          for (const server of app.servers('chat')) throw new Error(server.id)
          this.others = [...app.channels.all()]
          this.name = \`\${app.server.id} of \${app.server.type}\`
        }
        send() {}
      }`,
    'app/servers/chat/handler/late.js': `
      export default async (app) => {
        await app.rpc.chat.rooms.add('ada')
        await app
        return { send() {} }
      }`,
  })

  assert.deepEqual(
    (await listRoutes(files.directory)).flatMap(({ handlers }) => handlers),
    ['chat.late.send', 'chat.talk.send'],
  )
})

test('an application without servers has no routes', async () => {
  await using files = await writeApplication({ 'app/contract.ts': '' })

  assert.deepEqual(await listRoutes(files.directory), [])
})

test('a module that does not load is named', async () => {
  await using files = await writeApplication({
    'app/servers/chat/handler/talk.js': 'throw new Error("broken")',
  })

  await assert.rejects(listRoutes(files.directory), {
    name: 'SetupError',
    message: /talk\.js does not load: broken/,
  })
})
