import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { after, test } from 'node:test'
import { connect } from '@shaddock/client'
import type { ServerStatus } from '../../src/cli/supervised-server.ts'
import { startNatsServer } from '../bus/nats-server.ts'
import { createApplication } from './test-application.ts'
import type { TestApplication } from './test-application.ts'

const nats = await startNatsServer()
after(() => nats[Symbol.asyncDispose]())

/** An application on two machines, as far as it can tell: each has its folder, and its name. */
async function createMachines() {
  const application = randomUUID()
  const [a, b] = [await createApplication(), await createApplication()]
  const servers = {
    front: [{ id: 'front-1', clientPort: a.port, host: '127.0.0.1' }],
    back: [
      { id: 'back-1', host: 'b.example' },
      { id: 'back-2', host: 'b.example' },
    ],
  }
  for (const { write } of [a, b]) {
    await write('config/servers.json', servers)
    await write('config/cluster.json', { nats: { application } })
  }
  return {
    a,
    b,
    startA: (...args: string[]) => a.start(['--cluster', nats.address, ...args]),
    startB: (...args: string[]) => b.start(['--cluster', nats.address, '--hosts', 'b.example', ...args]),
    async [Symbol.asyncDispose]() {
      await a[Symbol.asyncDispose]()
      await b[Symbol.asyncDispose]()
    },
  }
}

/** Resolves when the master has heard of all: it may be ready before. */
async function listed(application: TestApplication, ids: readonly string[]): Promise<void> {
  for (;;) {
    const servers = await list(application)
    if (ids.every((wanted) => servers.some(({ id }) => id === wanted))) return
  }
}

async function list(application: TestApplication): Promise<ServerStatus[]> {
  const { stdout } = await application.run('list', '--json')
  return JSON.parse(stdout) as ServerStatus[]
}

/** Tries until the front server knows a back end: it may be ready before it has heard of one. */
async function reach(application: TestApplication): Promise<unknown> {
  for (;;) {
    const answer = await ping(application).catch((error: unknown) => error)
    if ((answer as { code?: number }).code !== 503) return answer
  }
}

async function ping({ port }: TestApplication): Promise<unknown> {
  await using client = await connect(`ws://127.0.0.1:${port}`)
  // the application promises nothing to its clients
  return await (client as { request(route: string): Promise<unknown> }).request('back.entry.ping')
}

for (const mode of [[], ['--single']]) {
  test(`servers of two machines reach one another over NATS ${mode.join()}`, async () => {
    await using machines = await createMachines()
    const { a, b } = machines

    const [masterA, masterB] = [machines.startA(...mode), machines.startB(...mode)]
    await Promise.all([masterA.ready(), masterB.ready()])

    assert.match(masterA.output, /^elsewhere: back-1, back-2 on b\.example$/m)
    assert.match(masterA.output, /^1 server ready in /m)
    assert.match(masterB.output, /^elsewhere: front-1 on 127\.0\.0\.1$/m)
    assert.match(masterB.output, /^2 servers ready in /m)
    assert.equal(await reach(a), 'pong')
    await Promise.all([listed(a, ['back-1', 'back-2']), listed(b, ['front-1'])])
    const table = (await a.run('list')).stdout.split('\n').map((line) => line.split(/  +/))
    assert.deepEqual(
      table.slice(0, -1).map((row) => [row[0], ...row.slice(-2)]),
      [
        ['id', 'state', 'host'],
        ['master', 'running', 'here'],
        ['back-1', 'running', 'b.example'],
        ['back-2', 'running', 'b.example'],
        ['front-1', 'running', 'here'],
      ],
    )
    const front = (await list(b)).find(({ id }) => id === 'front-1')
    assert.deepEqual([front?.host, front?.connections], ['127.0.0.1', 0])

    const stopped = await b.run('stop')
    assert.equal(stopped.code, 0, stopped.stderr)
    assert.equal(await masterB.ended(), 0)
    await assert.rejects(ping(a), { code: 503 })
    assert.equal(existsSync(b.runtimeFolder), false)
  })
}

test('commands are for the servers of their machine', async () => {
  await using machines = await createMachines()
  const { a, b } = machines
  await Promise.all([machines.startA().ready(), machines.startB().ready()])
  const before = await list(b)

  const remote = await a.run('stop', 'back-1')
  const restarted = await b.run('restart', 'back-1')
  const killed = await b.run('kill', 'back-2')
  const taken = await a.run('add', 'id=back-1', 'type=back')
  const moved = await a.run('add', 'id=back-2', 'type=back')

  assert.match(remote.stderr, /^shaddock: no server back-1: there are front-1/)
  assert.deepEqual([restarted.code, killed.code, moved.code], [0, 0, 0], moved.stderr)
  const pid = (servers: ServerStatus[], id: string) => servers.find((server) => server.id === id)?.pid
  const now = await list(b)
  assert.notEqual(pid(now, 'back-1'), pid(before, 'back-1'))
  assert.equal(
    taken.stderr,
    `shaddock: these run in the cluster already: back-1 (on b.example, pid ${pid(now, 'back-1')}); ` +
      'a server runs on the machine that is its "host"\n',
  )
  assert.deepEqual(
    now.filter(({ id }) => id === 'back-2').map(({ state, host }) => [state, host]),
    [
      ['stopped', undefined],
      ['running', '127.0.0.1'],
    ],
  )
  assert.equal(await reach(a), 'pong')
})

test('a server that runs on another machine is not started again', async () => {
  await using machines = await createMachines()
  const { a, b } = machines
  await machines.startA().ready()

  const { code, stderr } = await b.run('start', '--cluster', nats.address, '--hosts', 'b.example,127.0.0.1')

  assert.equal(code, 1)
  assert.equal(
    stderr,
    `shaddock: these run in the cluster already: front-1 (on 127.0.0.1, pid ${a.lifeline.pidOf('front-1')}); ` +
      'a server runs on the machine that is its "host"\n',
  )
  await b.lifeline.empty()
  assert.equal(existsSync(b.runtimeFolder), false)
})

test('a machine whose master is killed goes on, is listed whole, and its next master adopts', async () => {
  await using machines = await createMachines()
  const { a, b } = machines
  await machines.startA().ready()
  const args = ['--cluster', nats.address, '--hosts', 'b.example']
  const master = await b.start(args, { isDetached: true }).ready()

  await master.kill()
  const left = await b.run('list', '--json')
  const killed = await b.run('kill', 'back-2')
  const next = await b.start(args).ready()

  assert.match(left.stderr, /^the master is gone, and these go on without it: /)
  assert.deepEqual(
    (JSON.parse(left.stdout) as ServerStatus[]).map(({ id, state, host }) => [id, state, host]),
    [
      ['master', 'gone', undefined],
      ['back-1', 'running', undefined],
      ['back-2', 'running', undefined],
      ['front-1', 'running', '127.0.0.1'],
    ],
  )
  assert.equal(killed.code, 0, killed.stderr)
  assert.match(
    next.output,
    new RegExp(`^adopted back-1 \\(pid ${b.lifeline.pidOf('back-1')}\\), started back-2$`, 'm'),
  )
  assert.equal(await reach(a), 'pong')
})

test('applications and environments that share a NATS do not meet', async () => {
  await using machines = await createMachines()
  const { a, b } = machines
  await machines.startA().ready()

  await machines.startB('--env', 'production').ready()

  assert.deepEqual(
    (await list(b)).map(({ id }) => id),
    ['master', 'back-1', 'back-2'],
  )
  await assert.rejects(ping(a), { code: 503 })
})

const refusals: [string, string[], RegExp][] = [
  [
    'NATS is not there',
    ['--cluster', 'nats://127.0.0.1:1'],
    /^shaddock: cannot connect to NATS at 127\.0\.0\.1:1: connection refused\n$/,
  ],
  [
    'no server is on a host that is named',
    ['--cluster', nats.address, '--hosts', 'c.example,d.example'],
    /^shaddock: --hosts: no server is on "c\.example", expected "b\.example"\n$/,
  ],
  [
    'there is no cluster',
    ['--hosts', 'b.example'],
    /^shaddock: --hosts is for servers on several machines: name their NATS with --cluster\n$/,
  ],
  [
    'an address is none',
    ['--cluster', 'http://ada:s3cr3t@a'],
    /^shaddock: --cluster: expected addresses such as nats:\/\/host:4222\n$/,
  ],
  [
    'an address has a password',
    ['--cluster', 'nats://ada:s3cr3t@a'],
    /^shaddock: --cluster: everybody can read the command line: a user belongs in config\/cluster\.json\n$/,
  ],
]

for (const [what, args, expected] of refusals) {
  test(`start fails in one line when ${what}, and leaves nothing running`, async () => {
    await using machines = await createMachines()

    const { code, stderr } = await machines.a.run('start', ...args)

    assert.equal(code, 1)
    assert.match(stderr, expected)
    assert.equal(existsSync(machines.a.runtimeFolder), false)
  })
}

test('an application is named by its package.json, or must be by its config', async () => {
  await using application = await createApplication()
  const start = () => application.run('start', '--cluster', 'nats://127.0.0.1:1')

  assert.equal(
    (await start()).stderr,
    'shaddock: config/cluster.json: nats.application: expected a name, as no package.json has one\n',
  )
  await application.write('package.json', { name: '@me/chat', type: 'module' })
  assert.match((await start()).stderr, /cannot connect to NATS/)
})
