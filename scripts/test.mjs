// Runs the tests: `npm test`, or some of them: `npm test -- packages/protocol session`. Flags go to Node's test runner.
import { globSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, normalize } from 'node:path'
import { findChromium, findNatsServer } from './executables.mjs'
import { run } from './run.mjs'

const root = join(import.meta.dirname, '..')
const patterns = [
  'packages/*/test/**/*.test.ts',
  'examples/*/test/**/*.test.ts',
  'bench/test/**/*.test.ts',
  'scripts/test/*.test.mjs',
]

const testTimeoutMs = 60_000
/** Ends what no test's own timeout can: one that never lets go of the processor. */
const timeoutMs = 20 * 60_000
/** Tests wait more than they compute. */
const concurrency = Math.max(2, availableParallelism())

const args = process.argv.slice(2)
const flags = args.filter((arg) => arg.startsWith('-'))
const parts = args.filter((arg) => !arg.startsWith('-')).map(normalize)

const files = globSync(patterns, { cwd: root })
  .filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)))
  .sort()

if (files.length === 0) {
  console.error(`no test file has "${parts.join(' or ')}" in its path`)
  process.exit(1)
}

const runner = [
  '--test',
  '--test-reporter=spec',
  `--test-timeout=${String(testTimeoutMs)}`,
  `--test-concurrency=${String(concurrency)}`,
  `--import=${join(import.meta.dirname, 'fail-on-leak.mjs')}`,
]
const env = { ...process.env, CHROMIUM: findChromium() ?? '', NATS_SERVER: findNatsServer() ?? '' }
const { code } = await run(process.execPath, [...runner, ...flags, ...files], {
  cwd: root,
  env,
  show: true,
  timeout: timeoutMs,
})
process.exitCode = code
