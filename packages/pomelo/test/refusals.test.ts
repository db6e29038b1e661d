import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Application } from '../src/application/application.ts'
import { entryOf } from '../src/native/entry.ts'
import { spawnServer } from '../src/master/launch.ts'
import { pomelo } from '../src/pomelo.ts'
import { refuseAbsent } from '../src/refusals.ts'
import { writeApplication } from './fixtures/application-files.ts'

/** The application of a frontend's process. */
async function frontend(): Promise<{ app: Application } & AsyncDisposable> {
  const files = await writeApplication({
    'config/log4js.json': '{}',
    'config/master.json': '{}',
    'config/servers.json': '{}',
  })
  const app = new Application()
  const argv = ['node', 'app.js', 'id=connector-1', 'serverType=connector', 'frontend=true']
  app.init({ base: files.directory, argv })
  return { app, [Symbol.asyncDispose]: () => files[Symbol.asyncDispose]() }
}

const own = () => ({})

for (const [setting, value, says] of [
  ['connectorConfig', { connector: pomelo.connectors.udpconnector }, /udpconnector .*use hybridconnector/],
  ['connectorConfig', { connector: pomelo.connectors.mqttconnector }, /mqttconnector .*use hybridconnector/],
  ['connectorConfig', { connector: own }, /a connector of your own .*use hybridconnector/],
  [
    'connectorConfig',
    { encode: own },
    /connectorConfig\.encode without hybridconnector and decode .*set all/,
  ],
  [
    'connectorConfig',
    { decode: own },
    /connectorConfig\.decode without hybridconnector and encode .*set all/,
  ],
  ['connectorConfig', { useAsyncCoder: true }, /connectorConfig\.useAsyncCoder .*leave it out/],
  ['proxyConfig', { rpcClient: {} }, /proxyConfig\.rpcClient .*leave it out/],
  ['proxyConfig', { mailboxFactory: {} }, /proxyConfig\.mailboxFactory .*leave it out/],
  ['remoteConfig', { rpcServer: {} }, /remoteConfig\.rpcServer .*leave it out/],
  ['remoteConfig', { acceptorFactory: {} }, /remoteConfig\.acceptorFactory .*leave it out/],
  ['masterConfig', { closeWatcher: true }, /masterConfig\.closeWatcher .*leave it out/],
  ['monitorConfig', { closeWatcher: true }, /monitorConfig\.closeWatcher .*leave it out/],
] as const) {
  test(`${setting}.${Object.keys(value).join()} is refused by name: ${says.source}`, async () => {
    await using place = await frontend()
    refuseAbsent(place.app)

    place.app.set(setting, value)

    assert.throws(() => refuseAbsent(place.app), says)
  })
}

test('what an application may leave to its default is not refused', async () => {
  await using place = await frontend()
  for (const connector of [undefined, pomelo.connectors.hybridconnector, pomelo.connectors.sioconnector]) {
    place.app.set('connectorConfig', connector && { connector })

    assert.doesNotThrow(() => refuseAbsent(place.app))
  }
})

test("Pomelo's components are loaded by themselves, with the options that one of them is loaded with", async () => {
  await using place = await frontend()
  const { app } = place

  app.load(pomelo.components['connector']!, { heartbeat: 3 })
  app.load(pomelo.components['proxy']!)

  assert.deepEqual(app.get('connectorConfig'), { heartbeat: 3 })
  assert.deepEqual(Object.keys(app.components), [])
})

for (const name of ['pomelo-masterha-plugin', 'pomelo-zookeeper-plugin']) {
  test(`${name} is refused by name`, async () => {
    await using place = await frontend()
    const components = `/game/node_modules/${name}/lib/components/`

    assert.throws(
      () => place.app.use({ components }),
      new RegExp(`^Error: ${name} is not there: leave it out`),
    )
  })
}

test('the monitor of ZooKeeper is refused by name', () => {
  assert.throws(() => pomelo.monitors.zookeepermonitor, /zookeepermonitor is not there: leave it out/)
})

test('a server of another machine is refused', async () => {
  await using place = await frontend()
  const entry = entryOf({ id: 'chat-9', serverType: 'chat', host: '192.0.2.1' })

  assert.throws(() => spawnServer(place.app, entry), /chat-9 is to run on 192\.0\.2\.1: all servers/)
})
