import assert from 'node:assert/strict'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import { run } from '../run.mjs'

// a runner that finds itself inside a test reports to that one's runner
const { NODE_TEST_CONTEXT: _, ...env } = process.env

const passing = "import { test } from 'node:test'; test('passes', () => {})"
const failing = "import { test } from 'node:test'; test('fails', () => { throw new Error('on purpose') })"
const leaking = `
  import { test } from 'node:test'
  import { spawn } from 'node:child_process'
  test('leaks', () => { spawn('sleep', ['1000'], { stdio: 'inherit' }) })`

test('the tests of packages, examples and scripts run, and one that fails fails the run', async () => {
  await using folder = await createFolder({
    'packages/a/test/deep/one.test.ts': passing,
    'examples/b/test/two.test.ts': failing,
    'scripts/test/three.test.mjs': passing,
    'packages/a/src/four.test.ts': failing,
  })

  const { code, output } = await folder.runTests()

  assert.equal(code, 1)
  assert.match(output, /tests 3\n/)
  assert.match(output, /fail 1\n/)
})

test('arguments choose files by a part of their path, and flags go to the runner', async () => {
  await using folder = await createFolder({
    'packages/a/test/one.test.ts': passing,
    'packages/b/test/two.test.ts': failing,
  })

  const byPath = await folder.runTests('./packages/a/')
  const byName = await folder.runTests('--test-name-pattern=passes')

  assert.equal(byPath.code, 0)
  assert.match(byPath.output, /pass 1\n/)
  assert.equal(byName.code, 0)
})

test('a path that no file has is a mistake', async () => {
  await using folder = await createFolder({ 'packages/a/test/one.test.ts': passing })

  assert.deepEqual(await folder.runTests('two'), { code: 1, output: 'no test file has "two" in its path\n' })
})

test('a file that leaves something open fails, and is told what', async () => {
  await using folder = await createFolder({ 'packages/a/test/one.test.ts': leaking })

  const { code, output } = await folder.runTests()

  assert.equal(code, 1)
  assert.match(output, /still open 5000 ms after the last test: ProcessWrap\n/)
})

async function createFolder(files) {
  const path = await mkdtemp(join(tmpdir(), 'shaddock-test-'))
  await cp(join(import.meta.dirname, '..'), join(path, 'scripts'), {
    recursive: true,
    filter: (source) => source !== import.meta.dirname,
  })
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(path, file)), { recursive: true })
    await writeFile(join(path, file), text)
  }

  return {
    runTests: (...args) => run(process.execPath, [join(path, 'scripts/test.mjs'), ...args], { env }),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  }
}
