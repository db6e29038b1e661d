import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadConfig } from '../../src/config/load.ts'
import { createConfig } from '../../src/embed/index.ts'
import { writeApplication } from '../fixtures/application-files.ts'

test('a config without files is that of files which say nothing', async () => {
  await using files = await writeApplication({ 'config/servers.json': '{"chat":[{"id":"chat-1"}]}' })
  const loaded = await loadConfig(files.directory, 'development')

  assert.deepEqual(createConfig({ directory: files.directory, servers: loaded.servers }), loaded)
})

test('what a config is given counts, and what it leaves out has its default', () => {
  const config = createConfig({
    directory: '/app',
    environment: 'production',
    servers: [],
    connector: { heartbeatSeconds: 3 },
    master: { stopTimeoutMs: 500 },
    log: { level: 'warn' },
    dictionary: ['onChat'],
  })

  assert.equal(config.environment, 'production')
  assert.equal(config.connector.heartbeatSeconds, 3)
  assert.equal(config.connector.maxBodyBytes, 65_536)
  assert.deepEqual(config.master, { restart: { minMs: 250, maxMs: 30_000 }, stopTimeoutMs: 500 })
  assert.equal(config.log.level, 'warn')
  assert.equal(config.log.console, 'none')
  assert.deepEqual(config.dictionary, ['onChat'])
})

test('a setting that is not as it should be, or that does not exist, is refused with its name', () => {
  const connector = { heartbeatSeconds: -1 }

  assert.throws(() => createConfig({ directory: '/app', servers: [], connector }), {
    name: 'SetupError',
    message: 'connector: heartbeatSeconds: expected an integer from 0 to 3600, got -1',
  })
  assert.throws(
    () => createConfig({ directory: '/app', servers: [], cluster: { callTimeout: 1 } as object }),
    {
      name: 'SetupError',
      message: 'cluster: callTimeout: unknown setting, expected "callTimeoutMs"',
    },
  )
})

test('protobuf definitions are checked, and are nothing where there are none', () => {
  const serverProtos = { onChat: { 'required string text': 1 } }

  const config = createConfig({ directory: '/app', servers: [], serverProtos })

  assert.deepEqual(config.serverProtos, serverProtos)
  assert.equal(config.clientProtos, undefined)
  assert.throws(() => createConfig({ directory: '/app', servers: [], clientProtos: [] }), {
    name: 'SetupError',
    message: /^clientProtos: expected /,
  })
})
