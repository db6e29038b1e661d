import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createApplication, runCommand } from './test-application.ts'

test('an old Node is told which one is needed', async () => {
  const versions = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"22.17.1"}})'

  const outcome = await runCommand(['list'], ['--import', `data:text/javascript,${versions}`])

  const stderr = 'shaddock: needs Node 22.18 or later, this is Node 22.17.1\n'
  assert.deepEqual(outcome, { code: 1, stdout: '', stderr })
})

test('--version prints the version of the package', async () => {
  const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string
  }

  const { code, stdout } = await runCommand(['--version'])

  assert.deepEqual({ code, stdout }, { code: 0, stdout: `${manifest.version}\n` })
})

test('every command has help with examples', async () => {
  const { stdout } = await runCommand(['--help'])

  const names = [...stdout.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? '')
  assert.deepEqual(names, [
    'init',
    'start',
    'list',
    'stop',
    'kill',
    'restart',
    'add',
    'routes',
    'bench',
    'help',
  ])
  for (const name of names) {
    const help = await runCommand([name, '--help'])
    assert.match(help.stdout, new RegExp(`^Examples:\\n {2}shaddock ${name}`, 'm'))
  }
})

test('help shows all commands or how to use one, and knows no others', async () => {
  const all = await runCommand(['help'])
  const one = await runCommand(['help', 'start'])
  const unknown = await runCommand(['help', 'strat'])

  assert.deepEqual(all, await runCommand(['--help']))
  assert.deepEqual(one, await runCommand(['start', '--help']))
  assert.deepEqual(unknown, {
    code: 1,
    stdout: '',
    stderr: "shaddock: unknown command 'strat': did you mean start?\n",
  })
})

test('a wrong word is answered with the nearest right one', async () => {
  const command = await runCommand(['strat'])
  const option = await runCommand(['start', '--deamon'])

  assert.equal(command.code, 1)
  assert.equal(command.stderr, "shaddock: unknown command 'strat': did you mean start?\n")
  assert.equal(option.code, 1)
  assert.equal(option.stderr, "shaddock: unknown option '--deamon': did you mean --daemon?\n")
})

test('routes prints what each type serves', async () => {
  await using application = await createApplication()

  const { code, stdout } = await application.run('routes')

  assert.equal(code, 0)
  assert.equal(
    stdout,
    [
      'back',
      '  handlers',
      '    back.entry.ping',
      '    back.entry.print',
      '  remotes',
      '    back.sums.add',
      '',
      'front',
      '  handlers',
      '    front.entry.ping',
      '',
    ].join('\n'),
  )
})
