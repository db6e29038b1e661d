import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { Refusal } from '../refusal.ts'
import { readNumbers, runScript, UsageError } from '../script.ts'

const scripts = ['table', 'broadcast', 'machines', 'slow', 'stopped', 'soak', 'profile']

for (const name of scripts) {
  test(`${name} says how to use it, and that an option is unknown`, async () => {
    const [help, mistake] = await Promise.all([run(name, '--help'), run(name, '--sces=4')])

    assert.equal(help.code, 0)
    assert.match(help.stdout, /^npm run (bench|\w+ --workspace bench) -- \[options\]\n/)
    assert.equal(mistake.code, 2)
    assert.match(mistake.stderr, /^Unknown option '--sces'/)
    assert.ok(mistake.stderr.endsWith(help.stdout))
  })
}

const outcomes: Record<string, [run: () => Promise<readonly string[]>, code: number | undefined]> = {
  'when all is as promised': [async () => [], undefined],
  'when something is not': [async () => ['a promise was broken'], 1],
  'when an option makes no sense': [() => Promise.reject(new UsageError('no')), 2],
  'when there is no result': [() => Promise.reject(new Refusal('no')), 3],
}

for (const [when, [run, code]] of Object.entries(outcomes)) {
  test(`the exit code tells ${when}`, async (t) => {
    for (const method of ['log', 'error'] as const) t.mock.method(console, method, () => undefined)
    const before = process.exitCode

    await runScript({ usage: '', options: {}, run })

    const { exitCode } = process
    process.exitCode = before
    assert.equal(exitCode, code)
  })
}

test('a list of numbers is told apart from anything else', () => {
  assert.deepEqual(readNumbers('members', '10,100'), [10, 100])
  for (const text of ['', '10,', '0', '-1', 'ten']) {
    assert.throws(() => readNumbers('members', text), {
      name: 'UsageError',
      message: /^--members: expected a number over 0, got /,
    })
  }
})

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function run(name: string, ...args: readonly string[]): Promise<Outcome> {
  const file = join(import.meta.dirname, `../${name}.ts`)
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [file, ...args], (_error, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr })
    })
  })
}
