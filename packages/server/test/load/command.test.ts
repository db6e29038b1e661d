import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { command } from '../../src/cli/launch-process.ts'
import type { Result } from '../../src/load/result.ts'
import { startFakeServer } from './fake-server.ts'

const send = { route: 'a.b.c', message: { at: '{t}' }, rate: 50 }

test('a run prints progress and a summary, and writes JSON and a report', async () => {
  await using server = await startFakeServer()
  await using folder = await createFolder()
  await folder.write(scenarioFor(server.port, { maxLateMs: 60_000 }))

  const { code, stdout, stderr } = await folder.run(
    '--json',
    folder.file('out.json'),
    '--html',
    folder.file('out.html'),
  )

  assert.equal(code, 0, stderr)
  assert.match(stderr, /talk {2}1 connected {2}\d+ answers\/s/)
  assert.match(stdout, /^1 of 1 clients in [\d.]+ s/)
  assert.match(stdout, /\nPhases\nphase .*\ntalk /)
  const result = JSON.parse(await readFile(folder.file('out.json'), 'utf8')) as Result
  assert.equal(result.phases[0]?.name, 'talk')
  assert.match(
    await readFile(folder.file('out.html'), 'utf8'),
    /^<!doctype html>[^]*<title>scenario: load report/,
  )
})

test('a run whose generator was the bottleneck ends with 3 and has no result', async () => {
  await using server = await startFakeServer()
  await using folder = await createFolder()
  // no timer is that exact
  await folder.write(scenarioFor(server.port, { maxLateMs: 1, phases: [hopeless] }))

  const { code, stdout, stderr } = await folder.run('--json', folder.file('out.json'))

  assert.equal(code, 3)
  assert.equal(stdout, '')
  assert.match(
    stderr,
    /shaddock: no result: the load generator was the bottleneck, not the servers\n {2}hopeless: /,
  )
  await assert.rejects(readFile(folder.file('out.json')), { code: 'ENOENT' })
})

test('with --force it shows the numbers, and why not to trust them', async () => {
  await using server = await startFakeServer()
  await using folder = await createFolder()
  await folder.write(scenarioFor(server.port, { maxLateMs: 1, phases: [hopeless] }))

  const { code, stdout } = await folder.run('--force')

  assert.equal(code, 0)
  assert.match(stdout, /\nNot to be trusted: the load generator was the bottleneck: hopeless: /)
})

test('Ctrl-C ends a run with what there is', async () => {
  await using server = await startFakeServer()
  await using folder = await createFolder()
  await folder.write(
    scenarioFor(server.port, { maxLateMs: 60_000, phases: [{ name: 'talk', seconds: 600, send }] }),
  )

  const { code, stdout } = await folder.run({ interruptAt: /answers\/s/ })

  assert.equal(code, 0)
  assert.match(stdout, /\nInterrupted: this is what there was until then\./)
  assert.match(stdout, /\nAnswers\n/)
})

test('a mistake in the scenario is one line', async () => {
  await using folder = await createFolder()
  await folder.write({ clients: 1 })

  const { code, stderr } = await folder.run()

  assert.equal(code, 1)
  assert.match(stderr, /^shaddock: .*scenario\.json: phases: expected an array, got nothing\n$/)
})

test('a scenario that is not there is told', async () => {
  await using folder = await createFolder()

  const { code, stderr } = await folder.run()

  assert.equal(code, 1)
  assert.match(stderr, /^shaddock: .*scenario\.json: cannot be read: ENOENT\n$/)
})

test('process ids that are none are told', async () => {
  await using folder = await createFolder()
  await folder.write(scenarioFor(1, {}))

  const { code, stderr } = await folder.run('--pids', '12,x')

  assert.equal(code, 1)
  assert.match(stderr, /^shaddock: --pids: expected process ids such as 4711,4712, got "12,x"\n$/)
})

/** More than one process can send. */
const hopeless = { name: 'hopeless', seconds: 0.5, send: { route: 'a.b.c', type: 'notify', rate: 300_000 } }

function scenarioFor(port: number, change: object): object {
  return {
    target: { connectors: [`tcp://127.0.0.1:${port}`] },
    clients: 1,
    phases: [{ name: 'talk', seconds: 1.2, send }],
    ...change,
  }
}

interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

async function createFolder() {
  const directory = await mkdtemp(join(tmpdir(), 'shaddock-load-'))
  const file = (name: string) => join(directory, name)
  const scenario = file('scenario.json')
  return {
    file,
    write: (value: object) => writeFile(scenario, JSON.stringify(value)),
    async run(...args: readonly (string | { interruptAt: RegExp })[]): Promise<Outcome> {
      const words = args.filter((arg) => typeof arg === 'string')
      const { interruptAt } = args.find((arg) => typeof arg === 'object') ?? {}
      const child = spawn(process.execPath, [command, 'bench', scenario, ...words])
      const [stdout, stderr]: [string[], string[]] = [[], []]
      child.stdout.setEncoding('utf8').on('data', (text: string) => stdout.push(text))
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        stderr.push(text)
        if (interruptAt?.test(stderr.join(''))) child.kill('SIGINT')
      })
      const [code] = (await once(child, 'close')) as [number | null]
      return { code, stdout: stdout.join(''), stderr: stderr.join('') }
    },
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  }
}
