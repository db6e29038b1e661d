import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect } from '@shaddock/client'
import { birthOf } from '../../src/cli/process-birth.ts'
import type { ServerStatus } from '../../src/cli/supervised-server.ts'
import { createApplication } from './test-application.ts'
import type { TestApplication } from './test-application.ts'

/** An application whose master was killed, and servers `front-1` and `back-1` that go on. */
async function createOrphans(extra?: Parameters<typeof createApplication>[0]): Promise<TestApplication> {
  const application = await createApplication(extra)
  const master = await application.start([], { isDetached: true }).ready()
  await master.kill()
  return application
}

async function list(application: TestApplication): Promise<(string | number | undefined)[][]> {
  const { stdout } = await application.run('list', '--json')
  return (JSON.parse(stdout) as ServerStatus[]).map(({ id, state, pid }) => [id, state, pid])
}

/** A client that asks the back end again and again, until it is told to stop: it returns how often it was answered. */
async function talk({ port }: TestApplication) {
  const client = await connect(`ws://127.0.0.1:${port}`, { reconnect: false })
  let isTalking = true
  let answers = 0
  const talking = (async () => {
    for (; isTalking; answers++) assert.equal(await client.request('back.entry.ping'), 'pong')
  })()
  return {
    /** Resolves when some more were answered. */
    async heard() {
      const before = answers
      while (answers < before + 10) await client.request('front.entry.ping')
    },
    async stop() {
      isTalking = false
      await talking
      client.close()
    },
  }
}

test('a master that is killed is missed by no client, and list shows what goes on without it', async () => {
  await using application = await createApplication()
  const master = await application.start([], { isDetached: true }).ready()
  const client = await talk(application)

  await master.kill()
  await client.heard()
  const { code, stdout, stderr } = await application.run('list')
  await client.heard()

  assert.equal(code, 0, stderr)
  assert.match(stdout, /^master +master +(– +){5}gone$/m)
  assert.match(stdout, new RegExp(`^back-1 +back +${application.lifeline.pidOf('back-1')} .* running$`, 'm'))
  assert.match(stdout, /^front-1 +front +\d+ +\d+ s +\S+ MiB +1 +\d+ +running$/m)
  assert.match(stderr, /^the master is gone, and these go on without it: "shaddock start" .*\n$/)
  await client.stop()
})

test('stop without a master ends all servers, frontends first, and leaves nothing behind', async () => {
  await using application = await createOrphans()

  const { code, stdout, stderr } = await application.run('stop')

  assert.deepEqual(
    { code, stdout, stderr },
    {
      code: 0,
      stdout: 'stopped all servers; their master was gone\n',
      stderr: '',
    },
  )
  await application.lifeline.empty()
  assert.deepEqual(application.lifeline.heard.slice(-2), ['front-1 stopped', 'back-1 stopped'])
  assert.equal(existsSync(application.runtimeFolder), false)
})

test('without a master a server is stopped, killed and restarted by its id', async () => {
  await using application = await createOrphans({ back: [{ id: 'back-2' }, { id: 'back-3' }] })
  const { lifeline, run } = application
  const before = lifeline.pidOf('back-1')

  const stopped = await run('stop', 'back-2')
  const killed = await run('kill', 'back-3')
  const restarted = await run('restart', 'back-1')

  assert.deepEqual(
    [stopped, killed, restarted].map(({ stdout, stderr }) => stdout + stderr),
    ['stopped back-2\n', 'killed back-3\n', 'restarted back-1\n'],
  )
  assert.notEqual(lifeline.pidOf('back-1'), before)
  assert.deepEqual(await list(application), [
    ['master', 'gone', undefined],
    ['back-1', 'running', lifeline.pidOf('back-1')],
    ['front-1', 'running', lifeline.pidOf('front-1')],
  ])
  const client = await talk(application)
  await client.heard()
  await client.stop()
})

test('without a master, restart takes all and kill ends all', async () => {
  await using application = await createOrphans({ back: [{ id: 'back-2', fault: 'deaf' }] })
  await application.write('config/servers.json', 'no JSON: servers start again as they were started')
  await application.run('kill', 'back-2')

  const restarted = await application.run('restart')
  const killed = await application.run('kill')

  assert.deepEqual(restarted, { code: 0, stdout: 'restarted all servers that ran\n', stderr: '' })
  assert.equal(killed.stdout, 'killed all servers; their master was gone\n')
  await application.lifeline.empty()
  const lives = application.lifeline.heard.slice(-4).map((line) => line.replace(/\d+$/, 'started'))
  assert.deepEqual(lives.toSorted(), [
    'back-1 started',
    'back-1 stopped',
    'front-1 started',
    'front-1 stopped',
  ])
  assert.equal(existsSync(application.runtimeFolder), false)
})

test('without a master, orders with wrong words are refused in one line', async () => {
  await using application = await createOrphans()

  const cases: readonly [string[], RegExp][] = [
    [['stop', 'back-9'], /^shaddock: no server back-9: there are .*\n$/],
    [['add', 'id=back-2', 'type=back'], /^shaddock: the master is gone, .*\n$/],
    [
      ['start', '--single'],
      /^shaddock: these run in processes of their own: back-1 \(pid \d+\), front-1 .*\n$/,
    ],
  ]
  for (const [words, line] of cases) {
    const { code, stderr } = await application.run(...words)
    assert.equal(code, 1)
    assert.match(stderr, line)
  }
  assert.equal((await list(application)).length, 3)
})

test('start adopts what runs and starts what is missing, while clients talk on', async () => {
  await using application = await createOrphans({ back: [{ id: 'back-2' }] })
  const { lifeline } = application
  await application.run('kill', 'back-2')
  const client = await talk(application)

  const master = await application.start().ready()

  await client.heard()
  await client.stop()
  const [back, front] = [lifeline.pidOf('back-1'), lifeline.pidOf('front-1')]
  assert.match(
    master.output,
    new RegExp(`^adopted back-1 \\(pid ${back}\\), front-1 \\(pid ${front}\\), started back-2$`, 'm'),
  )
  assert.match(master.output, /^3 servers ready in/m)
  assert.deepEqual(await list(application), [
    ['master', 'running', master.pid],
    ['back-1', 'running', back],
    ['back-2', 'running', lifeline.pidOf('back-2')],
    ['front-1', 'running', front],
  ])

  master.signalGroup('SIGINT')

  assert.equal(await master.ended(), 0)
  await lifeline.empty()
  assert.equal(lifeline.heard.at(-3), 'front-1 stopped')
  assert.equal(existsSync(application.runtimeFolder), false)
})

test('an adopted server that dies starts again', async () => {
  await using application = await createOrphans()
  const before = application.lifeline.pidOf('back-1')
  const master = await application.start().ready()

  process.kill(before, 'SIGKILL')
  await master.printed(/^back-1 died: its process is gone; it starts again in 250 ms$/m)
  await master.printed(/^back-1 +[\d.]+ m?s$/m)

  assert.notEqual(application.lifeline.pidOf('back-1'), before)
  const { stdout } = await application.run('stop')
  assert.equal(stdout, 'stopped all servers and their master\n')
  await application.lifeline.empty()
  assert.equal(existsSync(application.runtimeFolder), false)
})

test('adopted servers take orders by id', async () => {
  await using application = await createOrphans()
  const { lifeline } = application
  const before = lifeline.pidOf('back-1')
  await application.start().ready()

  const restarted = await application.run('restart', 'back-1')
  const killed = await application.run('kill', 'front-1')

  assert.deepEqual([restarted.code, killed.code], [0, 0])
  assert.notEqual(lifeline.pidOf('back-1'), before)
  assert.deepEqual(
    (await list(application)).map(([id, state]) => [id, state]),
    [
      ['master', 'running'],
      ['back-1', 'running'],
      ['front-1', 'stopped'],
    ],
  )
})

test('start says which adopted servers have other settings than it would give them', async () => {
  await using application = await createOrphans({ back: [{ id: 'back-2', region: 'eu' }] })
  await application.write('config/servers.json', {
    front: [{ id: 'front-1', clientPort: application.port }],
    back: [{ id: 'back-2', region: 'us' }],
  })
  await application.write('config/connector.json', { maxConnections: 7 })

  const master = await application.start(['--env', 'production']).ready()

  const changes = (id: string, files: string) =>
    `${id} goes on with the environment development, ${files} that it started with: ` +
    `"shaddock restart ${id}" gives it what is there now\n`
  for (const line of [
    'back-1 is not in config/servers.json: it goes on until it is stopped\n',
    changes('back-2', 'config/servers.json, config/connector.json'),
    changes('front-1', 'config/connector.json'),
  ])
    assert(master.output.includes(line), `${line}\n${master.output}`)
})

test('of two starts at the same time one adopts', async () => {
  await using application = await createOrphans()

  const masters = [application.start(), application.start()]
  const outcomes = await Promise.all(
    masters.map((master) => Promise.race([master.ended(), master.ready().catch(() => 1)])),
  )

  assert.equal(outcomes.filter((outcome) => outcome === 1).length, 1)
  assert.equal(outcomes.filter((outcome) => typeof outcome === 'object').length, 1)
  const servers = await list(application)
  assert.deepEqual(servers.slice(1), [
    ['back-1', 'running', application.lifeline.pidOf('back-1')],
    ['front-1', 'running', application.lifeline.pidOf('front-1')],
  ])
  assert.equal(application.lifeline.heard.length, 2)
})

test('a start that fails leaves what it adopted as it was', async () => {
  await using application = await createOrphans()
  const blocker = createServer().listen(0, '127.0.0.1').unref()
  await once(blocker, 'listening')
  const { port } = blocker.address() as { port: number }
  const front = [
    { id: 'front-1', clientPort: application.port },
    { id: 'front-2', clientPort: port },
  ]
  await application.write('config/servers.json', { front, back: [{ id: 'back-1' }, { id: 'back-2' }] })

  const { code, stdout, stderr } = await application.run('start')

  assert.equal(code, 1)
  assert.match(stderr, /^shaddock: front-2 cannot start: port .* is in use.*\n$/)
  assert.match(stdout, /^these go on without a master: back-1, front-1$/m)
  assert.deepEqual(
    (await list(application)).map(([id]) => id),
    ['master', 'back-1', 'front-1'],
  )
  await application.run('stop')
  await application.lifeline.empty()
})

test('a server that is still starting ends with its master', async () => {
  await using application = await createApplication({ back: [{ id: 'back-2', fault: 'slow' }] })
  const master = application.start([], { isDetached: true })
  await master.printed(/^front-1/m)
  await master.printed(/^back-1/m)

  await master.kill()

  const ids = async () => (await list(application)).map(([id]) => id)
  assert.deepEqual(await ids(), ['master', 'back-1', 'front-1'])
  await application.run('stop')
  await application.lifeline.empty()
})

test('a server that hangs is found and stopped by force', async () => {
  await using application = await createApplication()
  await application.write('config/master.json', { stopTimeoutMs: 500 })
  const first = await application.start([], { isDetached: true }).ready()
  process.kill(application.lifeline.pidOf('back-1'), 'SIGSTOP')
  await first.kill()

  const { code, stdout } = await application.run('stop')

  assert.equal(code, 0)
  assert.match(stdout, /^back-1 takes too long to stop and is killed$/m)
  await application.lifeline.empty()
})

test('servers go on when nobody reads what they print any more', async () => {
  await using application = await createApplication()
  await application.write('config/log.json', { console: 'json' })
  const master = await application.start([], { isDetached: true }).ready()
  const client = await connect(`ws://127.0.0.1:${application.port}`, { reconnect: false })
  await client.request('back.entry.print')
  await master.printed(/^printed\n[^]*"msg":"printed"/m)

  await master.kill()
  master.stopReading()
  for (let times = 0; times < 3; times++) assert.equal(await client.request('back.entry.print'), 'done')

  client.close()
  const next = await application.start().ready()
  assert.match(next.output, /^adopted back-1 \(pid \d+\), front-1 \(pid \d+\)$/m)
  assert.equal(application.lifeline.heard.length, 2)
})

test('a process that got the pid of a server is never hit', async () => {
  await using application = await createOrphans()
  const { runtimeFolder } = application
  const [name = ''] = readdirSync(runtimeFolder).filter((file) => /^back-1@.*\.json$/.test(file))
  const record = JSON.parse(readFileSync(join(runtimeFolder, name), 'utf8')) as { birth: string }
  const bystander = spawn(process.execPath, ['--eval', 'setInterval(() => {}, 1e6)'])
  const pid = bystander.pid ?? 0
  assert.notEqual(birthOf(pid), undefined)
  const entry = { id: 'back-7', type: 'back' }
  const forged = { ...record, pid, order: { busName: 'back-7@0', entry } }
  await writeFile(join(runtimeFolder, 'back-7@0.json'), JSON.stringify(forged))

  const killed = await application.run('kill')

  assert.deepEqual(killed.code, 0)
  assert.equal(bystander.exitCode ?? bystander.signalCode, null)
  assert.notEqual(birthOf(pid), undefined)
  assert.equal(existsSync(runtimeFolder), false)
  bystander.kill('SIGKILL')
  await once(bystander, 'exit')
})
