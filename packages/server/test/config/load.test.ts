import assert from 'node:assert/strict'
import { relative } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '../../src/config/load.ts'
import { createFolder } from './application-folder.ts'

const servers = { chat: [{ id: 'chat-1' }] }

test('settings that no file gives have their defaults', async () => {
  await using folder = await createFolder({ 'servers.json': servers })

  const { servers: entries, ...rest } = await loadConfig(folder.directory, 'development')

  assert.equal(entries.length, 1)
  assert.deepEqual(rest, {
    directory: folder.directory,
    environment: 'development',
    connector: {
      heartbeatSeconds: 30,
      handshakeTimeoutMs: 10_000,
      maxBodyBytes: 65_536,
      maxBacklogBytes: 1_048_576,
      maxConnections: 100_000,
      loginsPerSecond: 1_000,
      maxPendingRequests: 256,
      secondLogin: 'allow',
      dictionary: false,
      protobuf: false,
      signing: false,
      socketio: false,
    },
    cluster: {
      callTimeoutMs: 10_000,
      maxPendingCalls: 10_000,
      maxQueuedCalls: 128,
      heartbeatMs: 1_000,
      nats: { servers: [] },
    },
    master: { restart: { minMs: 250, maxMs: 30_000 }, stopTimeoutMs: 10_000 },
    log: { level: 'info', levels: {}, console: 'pretty', files: true },
    dictionary: [],
    serverProtos: undefined,
    clientProtos: undefined,
  })
})

test('protobuf definitions lie in the config folder or in that of the environment, and have none within', async () => {
  const development = { 'required string text': 1 }
  await using folder = await createFolder({
    'servers.json': servers,
    'serverProtos.json': { development },
    'development/clientProtos.json': { 'chat.chatHandler.send': development },
  })

  const config = await loadConfig(folder.directory, 'development')

  assert.deepEqual(config.serverProtos, { development })
  assert.deepEqual(config.clientProtos, { 'chat.chatHandler.send': development })
})

test('settings in a file replace their defaults and no others', async () => {
  await using folder = await createFolder({
    'servers.json': servers,
    'connector.json': { heartbeatSeconds: 0 },
    'cluster.json': { callTimeoutMs: 500 },
    'master.json': { restart: { minMs: 5 } },
    'log.json': { levels: { rpc: 'debug' }, console: 'json' },
    'dictionary.json': ['onChat', 'onAdd'],
  })

  const config = await loadConfig(folder.directory, 'development')

  assert.equal(config.connector.heartbeatSeconds, 0)
  assert.equal(config.connector.maxBodyBytes, 65_536)
  assert.equal(config.cluster.callTimeoutMs, 500)
  assert.deepEqual(config.master.restart, { minMs: 5, maxMs: 30_000 })
  assert.deepEqual(config.log, { level: 'info', levels: { rpc: 'debug' }, console: 'json', files: true })
  assert.deepEqual(config.dictionary, ['onChat', 'onAdd'])
})

test('the console is silent outside development unless a file says otherwise', async () => {
  await using folder = await createFolder({ 'servers.json': servers })

  assert.equal((await loadConfig(folder.directory, 'production')).log.console, 'none')
  await folder.write('log.json', { console: 'pretty' })
  assert.equal((await loadConfig(folder.directory, 'production')).log.console, 'pretty')
})

test('the folder may be given relative to the working directory', async () => {
  await using folder = await createFolder({ 'servers.json': servers })

  const config = await loadConfig(relative(process.cwd(), folder.directory), 'development')

  assert.equal(config.directory, folder.directory)
})

test('a file may hold one value for each environment', async () => {
  await using folder = await createFolder({
    'servers.json': { development: servers, production: { chat: [{ id: 'a' }, { id: 'b' }] } },
    'connector.json': { development: { maxConnections: 10 }, production: {} },
    'dictionary.json': { development: [], production: ['onChat'] },
  })

  const development = await loadConfig(folder.directory, 'development')
  const production = await loadConfig(folder.directory, 'production')

  assert.deepEqual([development.servers.length, production.servers.length], [1, 2])
  assert.deepEqual([development.connector.maxConnections, production.connector.maxConnections], [10, 100_000])
  assert.deepEqual([development.dictionary, production.dictionary], [[], ['onChat']])
})

test("a file may lie in an environment's own folder", async () => {
  await using folder = await createFolder({
    'servers.json': { development: servers },
    'production/servers.json': { chat: [{ id: 'a' }, { id: 'b' }] },
    'production/log.json': { level: 'warn' },
  })

  const production = await loadConfig(folder.directory, 'production')

  assert.equal(production.servers.length, 2)
  assert.equal(production.log.level, 'warn')
  assert.equal((await loadConfig(folder.directory, 'development')).log.level, 'info')
})

test("a Pomelo project's files are taken as they are", async () => {
  await using folder = await createFolder({
    'servers.json': {
      development: {
        connector: [
          { id: 'connector-server-1', host: '127.0.0.1', port: 4050, clientPort: 3050, frontend: true },
        ],
      },
    },
    'master.json': { development: { id: 'master-server-1', host: '127.0.0.1', port: 3005 } },
    'dictionary.json': {},
    'adminServer.json': [
      { type: 'connector', token: 'agarxhqb98rpajloaxn34ga8xrunpagkjwlaw3ruxnpaagl29w4rxn' },
    ],
    'log4js.json': { appenders: [{ type: 'console' }] },
    'crons.json': 'not even JSON',
  })

  const config = await loadConfig(folder.directory, 'development')

  assert.deepEqual(config.servers[0]?.settings, {})
  assert.deepEqual(config.master, { restart: { minMs: 250, maxMs: 30_000 }, stopTimeoutMs: 10_000 })
  assert.deepEqual(config.dictionary, [])
})
