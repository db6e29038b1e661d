import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { freePorts } from '../../../../scripts/free-ports.ts'
import { createApplication } from './test-application.ts'

test('a server is stopped, killed, restarted and added by its id, once if it is named twice', async () => {
  await using application = await createApplication({ back: [{ id: 'back-2' }] })
  const master = await application.start().ready()
  const [port] = await freePorts(1)

  const stopped = await application.run('stop', 'back-1', 'front-1', 'back-1')
  const killed = await application.run('kill', 'back-2')
  const restarted = await application.run('restart', 'back-1', 'back-1')
  const added = await application.run('add', 'id=front-2', 'type=front', `clientPort=${port}`)
  const listed = await application.run('list')

  assert.deepEqual(
    [stopped, killed, restarted, added].map(({ stdout, stderr }) => stdout + stderr),
    ['stopped back-1, front-1\n', 'killed back-2\n', 'restarted back-1\n', 'added front-2\n'],
  )
  const rows = listed.stdout.split('\n').map((line) => line.split(/  +/))
  assert.deepEqual(
    rows.slice(1, -1).map((row) => [row[0], row.at(-1)]),
    [
      ['master', 'running'],
      ['back-1', 'running'],
      ['back-2', 'stopped'],
      ['front-1', 'stopped'],
      ['front-2', 'running'],
    ],
  )
  assert.match(master.output, new RegExp(`^front-2 +ws\\+tcp 127\\.0\\.0\\.1:${port}`, 'm'))
  assert.doesNotMatch(master.output, /died/)
})

test('restart takes one server after the other', async () => {
  await using application = await createApplication()
  await application.start().ready()
  const { lifeline } = application

  const { code } = await application.run('restart')

  assert.equal(code, 0)
  const lives = lifeline.heard.slice(-4).map((line) => line.replace(/\d+$/, 'started'))
  assert.deepEqual(lives, ['front-1 stopped', 'front-1 started', 'back-1 stopped', 'back-1 started'])
})

test('kill without ids ends all, and the master', async () => {
  await using application = await createApplication({ back: [{ id: 'back-2', fault: 'deaf' }] })
  const master = await application.start().ready()

  const { code, stdout } = await application.run('kill')

  assert.equal(code, 0)
  assert.equal(stdout, 'killed all servers; their master has ended\n')
  assert.equal(await master.ended(), 0)
  await application.lifeline.empty()
  assert.equal(existsSync(application.runtimeFolder), false)
  assert.deepEqual(
    application.lifeline.heard.filter((line) => line.endsWith('stopped')),
    [],
  )
})

test('orders with wrong words are refused in one line', async () => {
  await using application = await createApplication()
  await application.start(['--single']).ready()

  const cases: readonly [string[], string][] = [
    [['stop', 'back-1', 'bakc-2'], 'no server bakc-2: there are front-1, back-1'],
    [['kill', 'x'], 'no server x: there are front-1, back-1'],
    [['restart', 'x', 'y'], 'no server x, y: there are front-1, back-1'],
    [
      ['add', 'id=back-1', 'type=back'],
      'arguments: id: expected an id that no other server has, got "back-1"',
    ],
    [['add', 'id=x', 'type=bakc'], 'x: no folder app/servers/bakc, expected "back"'],
    [
      ['add', 'id=front-2', 'type=front'],
      'arguments: clientPort: expected a port number, as front-1 of this type has, got nothing',
    ],
    [['add', 'id'], 'expected key=value, got "id"'],
  ]
  for (const [words, line] of cases) {
    assert.deepEqual(await application.run(...words), { code: 1, stdout: '', stderr: `shaddock: ${line}\n` })
  }
  const { stdout } = await application.run('list')
  assert.equal(stdout.match(/running$/gm)?.length, 3)
})

test('commands say that nothing runs, and leave nothing behind', async () => {
  await using application = await createApplication()

  for (const name of ['list', 'stop', 'kill', 'restart']) {
    const { code, stderr } = await application.run(name)
    assert.equal(code, 1)
    assert.equal(stderr, `shaddock: no application runs in ${application.directory}\n`)
  }
  assert.equal(existsSync(application.runtimeFolder), false)
})
