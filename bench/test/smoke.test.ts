import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Row } from '../row.ts'
import { works } from '../works.ts'

const systems = ['floor', 'local', 'single']
const options = {
  // what servers use is read from /proc
  skip: process.platform !== 'linux',
  // some twenty seconds on a machine that does nothing else
  timeout: 180_000,
}

test('every work yields numbers on every system, and nothing is left behind', options, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'smoke-'))
  try {
    const file = join(folder, 'rows.json')
    // what is started inherits it
    const env = { ...process.env, TMPDIR: folder }

    const { code, output } = await run(['--smoke', '--only', systems.join(), '--json', file], env)

    assert.equal(code, 0, output)
    const rows = JSON.parse(readFileSync(file, 'utf8')) as Row[]
    const expected = systems.flatMap((system) => works.map(({ name }) => `${name} on ${system}`))
    assert.deepEqual(rows.map(({ work, system }) => `${work} on ${system}`).toSorted(), expected.toSorted())
    for (const row of rows) assertNumbers(row)
    assert.deepEqual(processesWith(`TMPDIR=${folder}`), [])
    // where the processes of one user meet
    assert.deepEqual(readdirSync(folder).toSorted(), ['rows.json', `shaddock-${process.getuid!()}`])
  } finally {
    rmSync(folder, { recursive: true })
  }
})

async function run(args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(process.execPath, [join(import.meta.dirname, '../table.ts'), ...args], { env })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => output.push(text))
  }
  const [code] = (await once(child, 'close')) as [number | null]
  return { code, output: output.join('') }
}

function assertNumbers({ system, work, numbers }: Row): void {
  const row = `${work} on ${system}: ${JSON.stringify(numbers)}`
  assert.ok(numbers, row)
  for (const number of [numbers.cpu, numbers.p50, numbers.p99]) assert.ok(number > 0, row)
  // what earlier works left free may hold all who log in
  if (work === 'idle') assert.ok(numbers.kilobytes >= 0, row)
  else assert.ok(numbers.answersPerSecond > 0, row)
}

/** Returns the processes that were started with this in their environment. */
function processesWith(entry: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(entry)
    } catch {
      // it is no process, or has gone, or is another user's
      return false
    }
  })
}
