import assert from 'node:assert/strict'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { loadConfig } from '../../src/config/load.ts'
import { connectorSchema } from '../../src/config/schemas.ts'
import { SetupError } from '../../src/errors.ts'
import { createFolder } from './application-folder.ts'

const servers = { chat: [{ id: 'chat-1' }] }
const levels = '"debug", "info", "warn", "error", "fatal", "silent"'
const connectorSettings = Object.keys(connectorSchema.shape).join(', ')
const mistakes: readonly (readonly [file: string, content: unknown, message: string])[] = [
  ['servers.json', '{ "chat": [}', "malformed JSON at line 1, column 12: unexpected token '}'"],
  [
    'servers.json',
    { production: servers, staging: servers },
    'expected environment development, got production, staging',
  ],
  ['servers.json', { development: [] }, 'development: expected an object of server types, got an array'],
  ['servers.json', {}, 'expected at least one server, got nothing'],
  ['servers.json', [], 'expected an object of server types, got an array'],
  ['connector.json', null, 'expected an object, got null'],
  ['connector.json', { development: 5 }, 'development: expected an object, got 5'],
  ['connector.json', { production: {} }, 'expected environment development, got production'],
  ['connector.json', { maxBodyByte: 1 }, 'maxBodyByte: unknown setting, expected "maxBodyBytes"'],
  [
    'connector.json',
    { development: { colour: 1 } },
    `development.colour: unknown setting, expected one of ${connectorSettings}`,
  ],
  [
    'connector.json',
    '{ "__proto__": 1 }',
    `__proto__: unknown setting, expected one of ${connectorSettings}`,
  ],
  [
    'connector.json',
    { heartbeatSeconds: -1 },
    'heartbeatSeconds: expected an integer from 0 to 3600, got -1',
  ],
  [
    'connector.json',
    { heartbeatSeconds: 1.5 },
    'heartbeatSeconds: expected an integer from 0 to 3600, got 1.5',
  ],
  [
    'connector.json',
    '{ "maxConnections": 1e30 }',
    'maxConnections: expected an integer from 1 to 10000000, got 1e+30',
  ],
  ['connector.json', { dictionary: 'yes' }, 'dictionary: expected true or false, got "yes"'],
  ['cluster.json', { downAfterMs: 1000 }, 'downAfterMs: expected more than heartbeatMs, 1000, got 1000'],
  ['cluster.json', { nats: { servers: 'a' } }, 'nats.servers: expected an array of addresses, got "a"'],
  [
    'cluster.json',
    { nats: { servers: ['nats://a', 'http://ada:s3cr3t@b:1'] } },
    'nats.servers[1]: expected an address such as nats://host:4222, got "http://…@b:1"',
  ],
  [
    'cluster.json',
    { nats: { servers: ['ada:s3cr3t@b:x'] } },
    'nats.servers[0]: expected an address such as nats://host:4222, got "…@b:x"',
  ],
  [
    'cluster.json',
    { nats: { password: 123456 } },
    'nats.password: expected a password, got what is not shown here',
  ],
  [
    'cluster.json',
    { nats: { token: ['s3cr3t'] } },
    'nats.token: expected a token, got what is not shown here',
  ],
  ['cluster.json', { nats: { creds: '' } }, 'nats.creds: expected a path, got ""'],
  ['cluster.json', { nats: { tls: { Ca: 'x' } } }, 'nats.tls.Ca: unknown setting, expected "ca"'],
  ['cluster.json', { nast: { servers: [] } }, 'nast: unknown setting, expected "nats"'],
  ['connector.json', { sll: { key: 'key.pem' } }, 'sll: unknown setting, expected "ssl"'],
  ['master.json', { restrat: { minMs: 1 } }, 'restrat: unknown setting, expected "restart"'],
  ['master.json', { development: {}, restrat: {} }, 'restrat: unknown setting, expected "restart"'],
  [
    'master.json',
    { development: {}, production: {}, stopTimeoutMs: 5 },
    'stopTimeoutMs: expected an environment, beside development, got 5',
  ],
  ['master.json', { restart: [] }, 'restart: expected an object, got an array'],
  ['master.json', { restart: { minMS: 1, max: 2 } }, 'restart.minMS: unknown setting, expected "minMs"'],
  ['master.json', { restart: { maxMs: 1 } }, 'restart.maxMs: expected at least minMs, 250, got 1'],
  ['master.json', { stopTimeoutMs: '5s' }, 'stopTimeoutMs: expected an integer from 1 to 86400000, got "5s"'],
  ['log.json', { level: 'INFO' }, `level: expected one of ${levels}, got "INFO"`],
  ['log.json', { levles: { rpc: 'debug' } }, 'levles: unknown setting, expected "levels"'],
  ['log.json', { levels: ['rpc'] }, 'levels: expected an object of levels, got an array'],
  ['log.json', { levels: { 'a b': 1 } }, `levels["a b"]: expected one of ${levels}, got 1`],
  ['log.json', { console: true }, 'console: expected one of "pretty", "json", "none", got true'],
  ['dictionary.json', 'null', 'expected an array of routes, got null'],
  ['dictionary.json', { onChat: 1 }, 'expected environment development, got onChat'],
  ['dictionary.json', { development: ['onChat', 5] }, 'development[1]: expected a route, got 5'],
  ['dictionary.json', [''], '[0]: expected a route of 1 to 255 bytes, got ""'],
  ['dictionary.json', ['é'.repeat(128)], `[0]: expected a route of 1 to 255 bytes, got "${'é'.repeat(58)}…`],
]

for (const [file, content, message] of mistakes) {
  test(`config/${file} is refused: ${message}`, async () => {
    await using folder = await createFolder({ 'servers.json': servers, [file]: content })

    await assert.rejects(
      loadConfig(folder.directory, 'development'),
      new SetupError(`config/${file}: ${message}`),
    )
  })
}

test("a mistake in an environment's own folder is named there", async () => {
  await using folder = await createFolder({ 'servers.json': servers, 'production/log.json': { files: 1 } })

  await assert.rejects(
    loadConfig(folder.directory, 'production'),
    new SetupError('config/production/log.json: files: expected true or false, got 1'),
  )
})

test("a misspelt setting of all environments is refused, also when the environment's own folder has the file", async () => {
  await using folder = await createFolder({
    'servers.json': servers,
    'master.json': { restrat: {} },
    'production/master.json': {},
  })

  await assert.rejects(
    loadConfig(folder.directory, 'production'),
    new SetupError('config/master.json: restrat: unknown setting, expected "restart"'),
  )
})

test('an environment that two files hold is refused', async () => {
  await using folder = await createFolder({ 'servers.json': servers, 'production/servers.json': servers })

  await assert.rejects(
    loadConfig(folder.directory, 'production'),
    new SetupError('config/servers.json and config/production/servers.json both hold production: keep one'),
  )
})

test('definitions in two places are refused', async () => {
  await using folder = await createFolder({
    'servers.json': servers,
    'serverProtos.json': {},
    'production/serverProtos.json': {},
  })

  await assert.rejects(
    loadConfig(folder.directory, 'production'),
    new SetupError(
      'both config/serverProtos.json and config/production/serverProtos.json are there: keep one',
    ),
  )
})

test('definitions that are none are refused', async () => {
  await using folder = await createFolder({ 'servers.json': servers, 'clientProtos.json': { 'a.b.c': 1 } })

  await assert.rejects(
    loadConfig(folder.directory, 'production'),
    new SetupError('config/clientProtos.json: ["a.b.c"]: expected an object of fields, got 1'),
  )
})

test('an environment that is no name is refused', async () => {
  await using folder = await createFolder({ 'servers.json': servers })

  await assert.rejects(
    loadConfig(folder.directory, '../production'),
    new SetupError('environment: expected letters, digits, _ and -, got "../production"'),
  )
})

test('a folder without servers.json is refused', async () => {
  await using folder = await createFolder()

  await assert.rejects(
    loadConfig(folder.directory, 'development'),
    new SetupError(`config/servers.json: no such file in ${folder.directory}`),
  )
})

test('a file that cannot be read is refused', async () => {
  await using folder = await createFolder({ 'servers.json': servers })
  await mkdir(join(folder.directory, 'config', 'log.json'))

  await assert.rejects(
    loadConfig(folder.directory, 'development'),
    new SetupError('config/log.json: cannot be read: EISDIR'),
  )
})

test('whatever JSON the files hold, it is taken or refused with one line that names the file', async () => {
  await using folder = await createFolder()
  const names = [
    'servers.json',
    'connector.json',
    'cluster.json',
    'master.json',
    'log.json',
    'dictionary.json',
    'serverProtos.json',
    'clientProtos.json',
  ]

  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...names), almostConfig(), async (name, content) => {
      await folder.write('servers.json', servers)
      await folder.write(name, JSON.stringify(content))
      try {
        const config = await loadConfig(folder.directory, 'development')
        assert.ok(config.servers.length > 0)
      } catch (error) {
        assert.ok(error instanceof SetupError, String(error))
        assert.match(error.message, /^config\/[^\n]+$/)
        assert.ok(error.message.startsWith(`config/${name}: `))
      } finally {
        await folder.write(name, name === 'dictionary.json' ? [] : {})
      }
    }),
    { numRuns: 200 },
  )
})

/** Any JSON, and JSON in the shape of a config file, with keys and values that often are right. */
function almostConfig(): fc.Arbitrary<unknown> {
  const key = fc.constantFrom(
    ...['id', 'host', 'clientPort', 'clusterCount', 'frontend', 'args', 'port', '__proto__', 'toString'],
    ...[
      'maxBodyBytes',
      'dictionary',
      'restart',
      'minMs',
      'heartbeatMs',
      'level',
      'levels',
      'console',
      'files',
    ],
  )
  const right = fc.constantFrom<unknown>('a', 'b', '3050++', 'info', 'json', true, 1, 3, 3000, { minMs: 5 })
  const value = fc.oneof({ weight: 5, arbitrary: right }, { weight: 1, arbitrary: fc.jsonValue() })
  const settings = objectOf(key, value)
  const servers = objectOf(fc.constantFrom('chat', 'gate', 'a.b'), fc.array(settings, { maxLength: 3 }))
  const flat = fc.oneof(settings, servers, fc.array(value, { maxLength: 3 }), fc.jsonValue())
  return fc.oneof(flat, objectOf(fc.constantFrom('development', 'production'), flat))
}

function objectOf(key: fc.Arbitrary<string>, value: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.array(fc.tuple(key, value), { maxLength: 3 }).map((entries) => Object.fromEntries(entries))
}
