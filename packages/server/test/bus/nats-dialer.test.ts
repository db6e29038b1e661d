import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { nkeys } from '@nats-io/transport-node'
import type { Bus, BusMessage } from '../../src/bus/bus.ts'
import { createNatsBus } from '../../src/bus/nats.ts'
import type { NatsSettings } from '../../src/bus/nats-settings.ts'
import { ask, bytes, echo, ignore, Notebook } from './messages.ts'
import { createCredentials } from './nats-credentials.ts'
import { NatsNetwork } from './nats-network.ts'
import { startNatsCluster, startNatsServer } from './nats-server.ts'
import type { NatsServer } from './nats-server.ts'

const directory = mkdtempSync(join(tmpdir(), 'nats-'))
after(() => rmSync(directory, { recursive: true }))

/** Opens a bus and closes it again. Returns the message of the failure, if there is one. */
async function tryOpen(settings: NatsSettings): Promise<string | undefined> {
  const bus = createNatsBus({ settings, prefix: 'test.', name: 'test', onError: ignore })
  try {
    await bus.open()
    return undefined
  } catch (error) {
    assert.equal((error as Error).name, 'SetupError')
    return (error as Error).message
  } finally {
    await bus.close()
  }
}

function write(name: string, content: string | Uint8Array): string {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

const user = nkeys.createUser()
const signed = createCredentials()
const password = 'authorization { user: ada, password: "s3cr3t@" }'

const logins: Record<string, { config: string; right: Partial<NatsSettings>; wrong: Partial<NatsSettings> }> =
  {
    'a user and password': {
      config: password,
      right: { user: 'ada', password: 's3cr3t@' },
      wrong: { user: 'ada', password: 'wr0ng' },
    },
    'a token': {
      config: 'authorization { token: s3cr3t }',
      right: { token: 's3cr3t' },
      wrong: { token: 'wr0ng' },
    },
    'a key': {
      config: `authorization { users: [ { nkey: ${user.getPublicKey()} } ] }`,
      right: { nkey: write('user.nk', `${Buffer.from(user.getSeed()).toString()}\n`) },
      wrong: { nkey: write('other.nk', nkeys.createUser().getSeed()) },
    },
    'a signed token': {
      config: signed.config,
      right: { creds: write('user.creds', signed.file) },
      wrong: { creds: write('other.creds', createCredentials().file) },
    },
  }

for (const [name, { config, right, wrong }] of Object.entries(logins)) {
  test(`${name} lets a bus in; a wrong one does not, and is not shown`, async () => {
    await using server = await startNatsServer(config)
    const servers = [server.address]

    assert.equal(await tryOpen({ servers, ...right }), undefined)
    assert.equal(
      await tryOpen({ servers, ...wrong }),
      `cannot connect to NATS at ${server.address}: it refuses the credentials (Authorization Violation)`,
    )
  })
}

test('a user and password may stand in the address, and are not shown', async () => {
  await using server = await startNatsServer(password)

  assert.equal(await tryOpen({ servers: [`nats://ada:s3cr3t%40@${server.address}`] }), undefined)
  assert.equal(
    await tryOpen({ servers: [`nats://ada:wr0ng@${server.address}`] }),
    `cannot connect to NATS at ${server.address}: it refuses the credentials (Authorization Violation)`,
  )
})

test('a file that is not there, or holds something else, is named', async () => {
  await using server = await startNatsServer()
  const servers = [server.address]
  const nonsense = write('nonsense', 'nonsense')

  assert.match((await tryOpen({ servers, creds: '/missing' })) ?? '', /^\/missing: cannot be read: ENOENT/)
  assert.match((await tryOpen({ servers, tls: { ca: '/missing' } })) ?? '', /^\/missing: cannot be read/)
  assert.equal(await tryOpen({ servers, creds: nonsense }), `${nonsense}: expected a NATS credentials file`)
  assert.equal(await tryOpen({ servers, nkey: nonsense }), `${nonsense}: expected a NATS key seed`)
})

for (const [what, permissions] of [
  ['hear', 'subscribe: "other.>", publish: ">"'],
  ['say', 'subscribe: ">", publish: "other.>"'],
]) {
  test(`a bus whose user may not ${what} what it has to does not open`, async () => {
    await using server = await startNatsServer(
      `authorization { users: [ { user: ada, password: pw, permissions { ${permissions} } } ] }`,
    )

    const message = await tryOpen({ servers: [server.address], user: 'ada', password: 'pw' })

    assert.match(message ?? '', /^NATS does not allow it: .*Permissions Violation for \w+ to "test\./)
  })
}

test('NATS is spoken to over TLS when it is told whom to trust, and each other side is checked', async () => {
  const path = (name: string) => join(import.meta.dirname, 'tls', name)
  const files = `cert_file: "${path('server.pem')}", key_file: "${path('server.key')}", ca_file: "${path('ca.pem')}"`
  await using server = await startNatsServer(`tls { ${files}, verify: true }`)
  await using plain = await startNatsServer()
  const servers = [server.address]
  const ca = path('ca.pem')
  const client = { cert: path('client.pem'), key: path('client.key') }

  assert.equal(await tryOpen({ servers, tls: { ca, ...client } }), undefined)
  // nobody trusts this CA without being told
  assert.match((await tryOpen({ servers, tls: client })) ?? '', /: unable to verify the first certificate/)
  assert.match((await tryOpen({ servers: [`tls://${server.address}`] })) ?? '', /: unable to verify/)
  // without a certificate of its own
  assert.match((await tryOpen({ servers, tls: { ca } })) ?? '', /^cannot connect to NATS/)
  assert.match(
    (await tryOpen({ servers: [plain.address], tls: { ca } })) ?? '',
    /: server does not support 'tls'$/,
  )
})

test('a NATS that is not there, or says nothing, is named without what is secret', async () => {
  const silent = createServer(ignore).listen(0, '127.0.0.1')
  const gone = createServer().listen(0, '127.0.0.1')
  await Promise.all([once(silent, 'listening'), once(gone, 'listening')])
  const [silentAt, goneAt] = [silent, gone].map((each) => `127.0.0.1:${(each.address() as AddressInfo).port}`)
  gone.close()

  assert.equal(
    await tryOpen({ servers: [`nats://ada:s3cr3t@${goneAt}`, `tls://${goneAt}`] }),
    `cannot connect to NATS at ${goneAt}, ${goneAt}: connection refused`,
  )
  const sockets: { destroy(): void }[] = []
  silent.on('connection', (socket) => sockets.push(socket))
  assert.equal(
    await tryOpen({ servers: [silentAt!] }),
    `cannot connect to NATS at ${silentAt}: no answer within 2000 ms`,
  )
  sockets.forEach((socket) => socket.destroy())
  silent.close()
})

test('when a server of a cluster dies, its buses settle what is in flight and go on at another one', async () => {
  const slow = Promise.withResolvers<BusMessage>()
  // no signs: what they learn, they are told
  await using cluster = await startCluster({ signMs: 60_000, onSlow: slow.resolve })
  const { nodes, buses, restored, lost } = cluster
  const [first, second] = buses
  const inFlight = [
    first.request('silent.1', bytes(''), Infinity),
    second.request('silent.0', bytes(''), Infinity),
    ...Array.from({ length: 100 }, (_, n) => ask(first, `silent.${1 + (n % 2)}`)),
    ...Array.from({ length: 100 }, (_, n) => ask(buses[1 + (n % 2)]!, 'silent.0')),
  ]
  const failed = Promise.all(inFlight.map((request) => assert.rejects(request, { code: 'NO_SERVER' })))
  const between = ask(second, 'slow.2')
  const message = await slow.promise

  await nodes[0].kill()

  await failed
  assert.deepEqual(await restored.until(1), ['0'])
  assert.deepEqual(lost.lines, ['0'])
  for (const bus of buses)
    for (const i of [0, 1, 2]) assert.equal(await ask(bus, `echo.${i}`, 'well'), 'well')
  // whose servers live have noticed nothing
  message.reply(bytes('still here'))
  assert.equal(await between, 'still here')
})

test('a bus whose server is silent goes on at another one, whatever waits to be sent', async () => {
  await using cluster = await startCluster()
  const { nodes, buses, restored, lost } = cluster
  const [first, second] = buses

  nodes[0].signal('SIGSTOP')
  for (let n = 0; n < 16; n++) first.publish('echo.1', new Uint8Array(1_000_000))

  assert.deepEqual(await restored.until(1), ['0'])
  assert.deepEqual(lost.lines, ['0'])
  assert.equal(await ask(first, 'echo.1', 'well'), 'well')
  assert.equal(await ask(second, 'echo.0', 'well'), 'well')
})

test('when the only NATS is killed all fails at once, and goes on when it is there again', async () => {
  await using server = await startNatsServer()
  await using network = new NatsNetwork(server.address)
  const [lost, restored, news] = [new Notebook(), new Notebook(), new Notebook()]
  const [asker, answerer] = [1, 2].map(() =>
    network.createBus({
      onError: (error) => lost.write(String(error)),
      onLost: (reason) => lost.write(reason),
      onRestored: (lostMs) => restored.write(String(lostMs > 0)),
    }),
  ) as [Bus, Bus]
  asker.subscribe('self', echo)
  answerer.subscribe('silent', ignore)
  answerer.subscribe('echo', echo)
  answerer.subscribe('news', news.hear)
  await Promise.all([asker.open(), answerer.open()])
  const requests = Array.from({ length: 100 }, () =>
    assert.rejects(ask(asker, 'silent'), { code: 'NO_SERVER' }),
  )

  await server.kill()
  await Promise.all(requests)
  await lost.until(2)
  asker.publish('news', bytes('lost'))
  await assert.rejects(ask(asker, 'echo'), { code: 'NO_SERVER' })
  assert.equal(await ask(asker, 'self', 'hello'), 'hello')
  await server.restart()
  assert.deepEqual(await restored.until(2), ['true', 'true'])

  assert.equal(await ask(asker, 'echo', 'again'), 'again')
  asker.publish('news', bytes('heard'))
  assert.deepEqual(await news.until(1), ['heard'])
  assert.equal(lost.lines.length, 2)
})

test('a bus that NATS lets in no more says why, and is back when it does', async () => {
  await using server = await startNatsServer()
  await using network = new NatsNetwork(server.address)
  const [lost, restored] = [new Notebook(), new Notebook()]
  await network.open(1, { onLost: lost.write, onRestored: () => restored.write('restored') })

  server.reconfigure(password)
  await lost.until(2)
  server.reconfigure('')
  await restored.until(1)

  assert.deepEqual(lost.lines, [
    'Authorization Violation',
    `cannot connect to NATS at ${server.address}: it refuses the credentials (Authorization Violation)`,
  ])
})

test('a bus that has lost NATS can be closed', async () => {
  await using server = await startNatsServer()
  await using network = new NatsNetwork(server.address)
  const lost = new Notebook()
  const [bus] = (await network.open(1, { onLost: lost.write })) as [Bus]
  await server.kill()
  await lost.until(1)

  await bus.close()

  await assert.rejects(ask(bus, 'echo'), { code: 'NO_SERVER' })
})

interface ClusterOptions {
  readonly signMs?: number
  readonly onSlow?: (message: BusMessage) => void
}

/** Three servers with a bus at each, which is told of no other server. */
async function startCluster({ signMs = 250, onSlow = ignore }: ClusterOptions = {}) {
  const nodes = (await startNatsCluster(3)) as [NatsServer, NatsServer, NatsServer]
  const network = new NatsNetwork(...nodes.map(({ address }) => address))
  const [restored, lost] = [new Notebook(), new Notebook()]
  const buses = nodes.map((_, i) => {
    const bus = network.createBus({
      signMs,
      onError: (error) => lost.write(`${i} ${String(error)}`),
      onLost: () => lost.write(`${i}`),
      onRestored: () => restored.write(`${i}`),
    })
    bus.subscribe(`echo.${i}`, echo)
    bus.subscribe(`silent.${i}`, ignore)
    bus.subscribe(`slow.${i}`, onSlow)
    return bus
  }) as [Bus, Bus, Bus]
  await Promise.all(buses.map((bus) => bus.open()))
  return {
    nodes,
    buses,
    restored,
    lost,
    async [Symbol.asyncDispose]() {
      await network[Symbol.asyncDispose]()
      await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()))
    },
  }
}
