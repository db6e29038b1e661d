import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { rename, rm, unlink } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ServerStatus } from '../../src/cli/supervised-server.ts'
import { createApplication } from './test-application.ts'
import type { TestApplication } from './test-application.ts'

async function list(application: TestApplication): Promise<ServerStatus[]> {
  const { stdout } = await application.run('list', '--json')
  return JSON.parse(stdout) as ServerStatus[]
}

test('start runs each server in a process of its own and says when and where it is ready', async () => {
  await using application = await createApplication()

  const master = await application.start().ready()

  assert.match(
    master.output,
    new RegExp(`^front-1   ws\\+tcp 127\\.0\\.0\\.1:${application.port} +[\\d.]+ m?s$`, 'm'),
  )
  assert.match(master.output, /^back-1 {5,}[\d.]+ m?s$/m)
  assert.match(master.output, /^2 servers ready in [\d.]+ m?s; Ctrl-C stops them$/m)
  const servers = await list(application)
  assert.deepEqual(
    servers.map(({ id, type, state, pid }) => [id, type, state, pid]),
    [
      ['master', 'master', 'running', master.pid],
      ['back-1', 'back', 'running', application.lifeline.pidOf('back-1')],
      ['front-1', 'front', 'running', application.lifeline.pidOf('front-1')],
    ],
  )
  assert.equal(new Set(servers.map(({ pid }) => pid)).size, 3)
  assert.deepEqual(
    servers.map(({ connections }) => connections),
    [undefined, undefined, 0],
  )
  assert(servers.every(({ uptimeMs }) => Number.isInteger(uptimeMs)))
})

test('start --single runs all servers in its own process, under the same commands', async () => {
  await using application = await createApplication()

  const master = await application.start(['--single']).ready()
  const servers = await list(application)
  const stopped = await application.run('stop')

  assert.deepEqual(
    servers.map(({ id, state, pid }) => [id, state, pid]),
    ['master', 'back-1', 'front-1'].map((id) => [id, 'running', master.pid]),
  )
  assert.equal(stopped.code, 0, stopped.stderr)
  assert.equal(await master.ended(), 0)
  assert.equal(existsSync(application.runtimeFolder), false)
})

test('start takes the servers of the types and ids that are named', async () => {
  await using application = await createApplication({ back: [{ id: 'back-2' }, { id: 'back-3' }] })

  await application.start(['--single', '--type', 'front', '--id', 'back-2', 'back-3']).ready()

  const ids = (await list(application)).map(({ id }) => id)
  assert.deepEqual(ids, ['master', 'back-2', 'back-3', 'front-1'])
})

test('start refuses a type or an id that is not configured', async () => {
  await using application = await createApplication()

  const type = await application.run('start', '--type', 'fronts')
  const id = await application.run('start', '--id', 'back-9')

  assert.equal(type.code, 1)
  assert.equal(type.stderr, 'shaddock: config/servers.json: no type fronts, expected "front"\n')
  assert.equal(id.code, 1)
  assert.equal(id.stderr, 'shaddock: config/servers.json: no server back-9, expected "back-1"\n')
})

test('a second start is refused and names the master that runs', async () => {
  await using application = await createApplication()
  const master = await application.start().ready()

  const second = await application.run('start')

  assert.equal(second.code, 1)
  assert.equal(second.stderr, `shaddock: the application runs already: its master is pid ${master.pid}\n`)
  assert.equal((await list(application)).length, 3)
})

test('of two starts at the same time one wins', async () => {
  await using application = await createApplication()

  const masters = [application.start(), application.start()]
  const outcomes = await Promise.all(
    masters.map((master) => Promise.race([master.ended(), master.ready().catch(() => 1)])),
  )

  assert.equal(
    outcomes.filter((outcome) => outcome === 1).length,
    1,
    masters.map(({ output }) => output).join('\n'),
  )
  const [loser, winner] = outcomes[0] === 1 ? masters : masters.toReversed()
  assert.match(loser?.output ?? '', new RegExp(`its master is pid ${winner?.pid}`))
})

test('servers end with a master whose parent has ended', async () => {
  await using application = await createApplication()
  const master = await application.start().ready()

  master.disconnect()

  assert.equal(await master.ended(), 0)
  await application.lifeline.empty()
  assert.equal(existsSync(application.runtimeFolder), false)
})

test('servers end with a master that is attached to an input that ends', async () => {
  await using application = await createApplication()
  const master = await application.start(['--attached'], { isDetached: true }).ready()

  master.endInput()

  assert.equal(await master.ended(), 0)
  await application.lifeline.empty()
})

test('servers end when a master that is attached to its parent is killed', async () => {
  await using application = await createApplication()
  const master = await application.start().ready()

  await master.kill()

  await application.lifeline.empty()
  assert.deepEqual(application.lifeline.heard.filter((line) => line.endsWith('stopped')).sort(), [
    'back-1 stopped',
    'front-1 stopped',
  ])
})

test('an application whose processes were all killed starts again, and leaves nothing behind', async () => {
  await using application = await createApplication()
  const { lifeline } = application
  const first = await application.start().ready()
  first.signalGroup('SIGKILL')
  await first.ended()

  const second = await application.start().ready()
  second.signal('SIGTERM')

  assert.equal(await second.ended(), 0)
  assert.equal(existsSync(application.runtimeFolder), false)
  assert.deepEqual(lifeline.heard.filter((line) => line.endsWith('stopped')).sort(), [
    'back-1 stopped',
    'front-1 stopped',
  ])
})

test('a server that dies starts again, and its next incarnation is larger', async () => {
  await using application = await createApplication()
  const master = await application.start().ready()
  const before = (await list(application)).find(({ id }) => id === 'back-1')

  process.kill(application.lifeline.pidOf('back-1'), 'SIGKILL')
  await master.printed(/^back-1 died: SIGKILL; it starts again in 250 ms$/m)
  await master.printed(/again in[^]*^back-1 +[\d.]+ m?s$/m)

  const after = (await list(application)).find(({ id }) => id === 'back-1')
  assert(before?.incarnation !== undefined && after?.incarnation !== undefined)
  assert.equal(after.state, 'running')
  assert(after.incarnation > before.incarnation)
  assert.notEqual(after.pid, before.pid)
  const log = readFileSync(join(application.directory, 'logs/master.log'), 'utf8')
  assert.match(log, /"server":"back-1","why":"SIGKILL","restartsInMs":250,"msg":"died"/)
})

test('the death of a server is told once, by the master, which has in its log how it was seen', async () => {
  await using application = await createApplication({ back: [{ id: 'back-2' }] })
  await application.write('config/log.json', { console: 'pretty' })
  const master = await application.start().ready()

  process.kill(application.lifeline.pidOf('back-1'), 'SIGKILL')
  await master.printed(/again in[^]*^back-1 +[\d.]+ m?s$/m)

  assert.deepEqual(master.output.match(/^.*(died|gone).*$/gm), [
    'back-1 died: SIGKILL; it starts again in 250 ms',
  ])
  const log = readFileSync(join(application.directory, 'logs/master.log'), 'utf8')
  assert.match(log, /"server":"back-1@\d+","why":"its link is lost","msg":"server is gone"/)
})

test('a server that fails starts again too, and its log says how it failed', async () => {
  await using application = await createApplication({ back: [{ id: 'back-2', fault: 'fragile' }] })
  const master = await application.start().ready()

  process.kill(application.lifeline.pidOf('back-2'), 'SIGUSR2')

  await master.printed(/^back-2 died: exit code 1; it starts again in 250 ms$/m)
  await application.lifeline.said(/^back-2 \d+$/, 2)
  const log = readFileSync(join(application.directory, 'logs/back-2.log'), 'utf8')
  assert.match(log, /"level":"fatal".*"out of luck".*"uncaught exception"/)
})

test('list shows when a server that died starts again', async () => {
  await using application = await createApplication()
  await application.write('config/master.json', { restart: { minMs: 3_600_000, maxMs: 3_600_000 } })
  const master = await application.start().ready()
  await application.lifeline.said(/^back-1 \d+$/)

  process.kill(application.lifeline.pidOf('back-1'), 'SIGKILL')
  await master.printed(/^back-1 died: SIGKILL; it starts again in 3600 s$/m)

  const { stdout } = await application.run('list')
  assert.match(stdout, /^back-1 +back +(– +){5}restarting in 3[56]\d\d(\.\d+)? s$/m)
})

const refusals: readonly [string, (application: TestApplication) => Promise<unknown>, RegExp][] = [
  [
    'a port that is in use',
    async ({ port }) => {
      const server = createServer().listen(port, '127.0.0.1')
      await once(server, 'listening')
      return server.unref()
    },
    /^shaddock: front-1 cannot start: port 127\.0\.0\.1:\d+ is in use: .* \(clientPort in config\/servers\.json\)\n$/,
  ],
  [
    'an address that the machine does not have',
    ({ write, port }) =>
      write('config/servers.json', { front: [{ id: 'front-1', host: '192.0.2.1', clientPort: port }] }),
    /^shaddock: front-1 cannot start: .* this machine has no such address \(host in config\/servers\.json\)\n$/,
  ],
  [
    'a server type without a folder',
    ({ write }) => write('config/servers.json', { back: [{ id: 'back-1' }], bakc: [{ id: 'b' }] }),
    /^shaddock: b: no folder app\/servers\/bakc, expected .*back.*\n$/,
  ],
  [
    'a misspelt folder of modules',
    ({ directory }) => rename(inBack(directory, 'remote'), inBack(directory, 'remotes')),
    /^shaddock: app\/servers\/back\/remotes: unknown folder, expected "remote"\n$/,
  ],
  [
    'a misspelt clientPort',
    ({ write, port }) =>
      write('config/servers.json', { front: [{ id: 'front-1', clientPrt: port }, { id: 'front-2' }] }),
    /^shaddock: config\/servers\.json: front\[0\]\.clientPrt: unknown setting, expected "clientPort"\n$/,
  ],
  [
    'a server with the name of the master',
    ({ write }) => write('config/servers.json', { back: [{ id: 'master' }] }),
    /^shaddock: master: only the master is called master\n$/,
  ],
  [
    'config that is malformed',
    ({ write }) => write('config/servers.json', '{ "back": ['),
    /^shaddock: config\/servers\.json: malformed JSON at line 1, column 12: .*\n$/,
  ],
  [
    'a handler that does not load',
    ({ write }) => write('app/servers/back/handler/broken.ts', 'export default {}\nnonsense()\n'),
    /^shaddock: (back|front)-1 cannot start: \S+broken\.ts does not load: nonsense is not defined \(app\/servers\/back\/handler\/broken\.ts:2:1\)\n$/,
  ],
  [
    'a handler that is no TypeScript',
    ({ write }) => write('app/servers/back/handler/broken.ts', 'export default {}\nlet = ;\n'),
    /^shaddock: (back|front)-1 cannot start: .* does not load: .* \(app\/servers\/back\/handler\/broken\.ts:2\)\n$/,
  ],
  [
    'an entrance that defines nothing',
    ({ write }) => write('app.ts', 'export default 42'),
    /^shaddock: (back|front)-1 cannot start: \S+app\.ts: expected "export default defineApp\(…\)"\n$/,
  ],
  [
    'a folder without an entrance',
    ({ directory }) => unlink(join(directory, 'app.ts')),
    /^shaddock: no app\.ts in \S+ or its game-server\n$/,
  ],
  [
    'a folder without servers',
    ({ directory }) => rm(join(directory, 'app'), { recursive: true }),
    /^shaddock: no folder app\/servers in \S+, or nothing in it\n$/,
  ],
]

function inBack(directory: string, name: string): string {
  return join(directory, 'app/servers/back', name)
}

for (const [what, spoil, expected] of refusals) {
  test(`start fails in one line for ${what}, and leaves nothing running`, async () => {
    await using application = await createApplication()
    await spoil(application)

    const { code, stderr } = await application.run('start')

    assert.equal(code, 1)
    assert.match(stderr, expected)
    await application.lifeline.empty()
    assert.equal(existsSync(application.runtimeFolder), false)
  })
}

for (const mode of [[], ['--single']]) {
  test(`an error that nobody foresaw is shown with its stack ${mode.join()}`, async () => {
    await using application = await createApplication({ back: [{ id: 'back-2', fault: 'broken' }] })

    const { code, stderr } = await application.run('start', ...mode)

    assert.equal(code, 1)
    assert.match(stderr, /^shaddock: back-2 cannot start: TypeError: the setup is broken\n +at .*app\.ts:\d+/)
    await application.lifeline.empty()
  })
}
