import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Application } from '../../src/application/application.ts'
import { toConfig } from '../../src/native/config.ts'
import { pomelo } from '../../src/pomelo.ts'
import { writeApplication } from '../fixtures/application-files.ts'

const { hybridconnector, sioconnector } = pomelo.connectors

/** What Shaddock's connector is told of an application's `connectorConfig`. */
async function connectorOf(
  connectorConfig: object | undefined,
  args: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
) {
  await using files = await writeApplication({
    'config/log4js.json': '{}',
    'config/master.json': '{}',
    'config/servers.json': '{ "connector": [] }',
    'config/dictionary.json': '["onChat", "onAdd"]',
    ...more,
  })
  const app = new Application()
  const argv = ['node', 'app.js', 'id=connector-1', 'serverType=connector', 'frontend=true', ...args]
  app.init({ base: files.directory, argv })
  app.set('connectorConfig', connectorConfig)
  const { connector, dictionary } = toConfig(app)
  return { ...connector, dictionaryRoutes: dictionary }
}

for (const [config, seconds, timeout] of [
  [{ heartbeat: 3 }, 3, undefined],
  [{ heartbeat: 3, timeout: 10 }, 3, 10],
  [{ heartbeat: '3' }, 3, undefined],
  [{ heartbeat: 0.5 }, 1, undefined],
  [{}, 0, undefined],
  // an idle client stays
  [{ timeout: 10 }, 0, undefined],
] as const) {
  test(`with ${JSON.stringify(config)} there is a heartbeat every ${seconds} s`, async () => {
    const connector = await connectorOf({ ...config, connector: hybridconnector })

    assert.deepEqual([connector.heartbeatSeconds, connector.heartbeatTimeoutSeconds], [seconds, timeout])
    assert.equal(connector.socketio, false)
  })
}

for (const config of [
  undefined,
  { transports: ['websocket'] },
  { connector: sioconnector, heartbeatInterval: 25_000 },
]) {
  test(`clients of Socket.IO are served with ${JSON.stringify(config)}`, async () => {
    const connector = await connectorOf(config)

    assert.deepEqual([connector.socketio, connector.heartbeatSeconds], [true, 25])
  })
}

test('key and certificate of a connector are those of its port, however they are written', async () => {
  const ssl = { key: Buffer.from('key'), cert: ['cert', 'chain'] }

  const hybrid = await connectorOf({ connector: hybridconnector, ssl: { type: 'wss', ...ssl } })
  const socketIo = await connectorOf({ connector: sioconnector, ...ssl })

  assert.deepEqual(hybrid.ssl, { key: 'key', cert: 'cert\nchain' })
  assert.deepEqual(socketIo.ssl, hybrid.ssl)
})

test('a dictionary is there if it is used, and limits are those of Pomelo, but for the longest message', async () => {
  const plain = await connectorOf({ connector: hybridconnector })
  const used = await connectorOf({ connector: hybridconnector, useDict: true, maxBodyBytes: 100 }, [
    'max-connections=7',
  ])

  assert.deepEqual([plain.dictionary, plain.dictionaryRoutes], [false, []])
  assert.deepEqual([plain.maxBodyBytes, plain.loginsPerSecond, plain.maxConnections], [1_048_576, 0, 100_000])
  assert.deepEqual([used.dictionary, used.dictionaryRoutes], [true, ['onChat', 'onAdd']])
  assert.deepEqual([used.maxBodyBytes, used.maxConnections], [100, 7])
})

test('the routes of all handlers come first in a dictionary, sorted; no class of another server is made', async () => {
  const files = {
    'config/servers.json': '{ "connector": [], "chat": [] }',
    'app/servers/chat/handler/roomHandler.ts':
      "export default class { constructor() { throw new Error('made') } say() {} get word() { return 1 } }",
    'app/servers/chat/handler/oldHandler.js':
      'module.exports = function (app) { return { tell: function () {}, app: app.getServerId() } }',
    'app/servers/connector/handler/entryHandler.js': 'exports.enter = function () {}',
  }

  const { dictionaryRoutes } = await connectorOf({ connector: hybridconnector, useDict: true }, [], files)

  assert.deepEqual(dictionaryRoutes, [
    'chat.oldHandler.tell',
    'chat.roomHandler.say',
    'connector.entryHandler.enter',
    'onChat',
    'onAdd',
  ])
})
