import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pomelo } from '../fixtures/command.ts'
import { Project } from '../fixtures/project.ts'
import { TestClient } from '../fixtures/test-client.ts'

test('a new project starts, is listed, and stops in parts and as a whole', async () => {
  await using project = await Project.make()
  await using start = project.run('start')
  await start.printed(/connector-server-1 is ready/)

  const client = await TestClient.open(project.clientPort)
  const answer = await client.request('connector.entryHandler.entry', 'hello pomelo')
  client.close()
  const before = await project.list()
  const stop = await project.tell('stop', 'connector-server-1')
  const without = await project.list()
  const restart = await project.tell('restart', '-i', 'connector-server-1')
  const after = await project.list()
  await project.tell('stop')

  assert.deepEqual(answer, { code: 200, msg: 'game server is ok.' })
  const ids = (rows: string[][]) => rows.map(([id, type]) => [id, type])
  assert.deepEqual(ids(before), [
    ['connector-server-1', 'connector'],
    ['master-server-1', 'master'],
  ])
  assert.match(stop, /Closing the application/)
  assert.deepEqual(ids(without), [['master-server-1', 'master']])
  assert.match(restart, /Successfully restart server/)
  assert.deepEqual(ids(after), ids(before))
  assert.equal((await start.ended()).code, 0)
})

test('an application goes on in the background, and is given and deprived of servers', async () => {
  await using project = await Project.make()
  const start = await project.tell('start', 'production', '-D', '-d', '.')
  let rows: string[][]
  do rows = await project.list()
  while (rows.length < 2)

  const add = await project.tell('add', 'id=chat-1', 'serverType=chat', 'host=127.0.0.1', 'port=0')
  const more = await project.list()
  const again = await project.tell('add', 'id=chat-1', 'serverType=chat', 'host=127.0.0.1', 'port=0')
  const vague = await project.tell('add', 'id=chat-2', 'host=127.0.0.1')
  const kill = await project.tell('kill')

  assert.match(start, /running in the background/)
  assert.match(add, /Successfully add server/)
  assert.deepEqual(
    more.map(([id]) => id),
    ['chat-1', 'connector-server-1', 'master-server-1'],
  )
  assert.match(again, /there is a server chat-1 already/)
  assert.match(vague, /Miss necessary server parameters/)
  assert.match(kill, /All the servers have been terminated!/)
  assert.match(await readFile(join(project.directory, 'logs/master.out'), 'utf8'), /chat-1 is ready/)
})

test('a command that starts an application in the background fails when it does not start, and says why', async () => {
  await using project = await Project.make()
  await using unknown = project.run('start', '-D', '-t', 'nope')
  const { output: first } = await unknown.ended()
  await using misspelt = project.run('start', '-D', '-e', 'nope')
  const { code, output } = await misspelt.ended()
  await writeFile(join(project.directory, 'config/servers.json'), '{\n')
  await using broken = project.run('start', '-D')
  const { output: second } = await broken.ended()

  assert.match(first, /did not start.*\n.*cannot start: config\/servers\.json has no server or type nope/)
  assert.equal(code, 1)
  assert.match(output, /did not start.*logs\/master\.out/)
  assert.match(output, /config\/master\.json has no environment nope: there is development, production/)
  assert.match(second, /config\/servers\.json: malformed JSON at line 2, column 1/)
  assert.doesNotMatch(second, /nope/)
})

test('a master and its servers start with commands of their own', async () => {
  await using project = await Project.make()
  await using master = project.run('start', '-t', 'master')
  await master.printed(/master-server-1 has started/)
  await using byType = project.run('start', '-t', 'connector')
  await byType.printed(/connector-server-1 has started/)

  const rows = await project.list()
  byType.signal('SIGINT')
  await byType.ended()
  await using byId = project.run('start', '-i', 'connector-server-1')
  await byId.printed(/connector-server-1 has started/)
  await project.tell('stop')

  assert.deepEqual(
    rows.map(([id]) => id),
    ['connector-server-1', 'master-server-1'],
  )
  assert.equal((await master.ended()).code, 0)
  await byId.ended()
})

test('servers serve on when their master is killed, and the next one finds them', async () => {
  await using project = await Project.make()
  await using first = project.run('start')
  await first.printed(/connector-server-1 is ready/)
  const pids = async (): Promise<Record<string, number>> =>
    Object.fromEntries((await project.list()).map(([id, , pid]) => [id, Number(pid)]))
  const before = await pids()
  const client = await TestClient.open(project.clientPort)

  process.kill(before['master-server-1']!, 'SIGKILL')
  const answer = await client.request('connector.entryHandler.entry', {})
  await using second = project.run('start')
  await second.printed(/all servers have started/)
  const after = await pids()
  client.close()
  await project.tell('stop')

  assert.deepEqual(answer, { code: 200, msg: 'game server is ok.' })
  assert.equal(after['connector-server-1'], before['connector-server-1'])
  assert.notEqual(after['master-server-1'], before['master-server-1'])
  assert.equal((await second.ended()).code, 0)
})

for (const [args, says] of [
  [['dance'], /Illegal command format\. Use `pomelo --help` to get more info\./],
  [['start'], /Fail to find an appropriate script to run/],
  [['list', '-P', '1'], /Fail to connect to admin console server: .*ECONNREFUSED/],
  [['list', '--loud'], /--loud/],
  [['kill', '-f'], /ended every node process of the machine/],
  [['masterha'], /masterha is not there/],
] as const) {
  test(`pomelo ${args.join(' ')} says what is wrong`, async () => {
    await using command = pomelo(args, tmpdir())

    const { code, output } = await command.ended()

    assert.equal(code, 1)
    assert.match(output, says)
  })
}

test('the command says its version, and what it can do', async () => {
  await using version = pomelo(['--version'], tmpdir())
  await using help = pomelo(['--help'], tmpdir())

  assert.match((await version.ended()).output, /^2\.2\.7/)
  assert.match((await help.ended()).output, /restart .*\n/)
})
