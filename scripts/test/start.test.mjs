import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'

const start = join(import.meta.dirname, '../start.mjs')

const manifest = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'))

/** Says that it runs, and ends when its channel does, as the chat. */
const script = `
process.stdout.write('runs ' + process.argv.slice(2).join() + ' under ' + process.ppid + '\\n')
process.once('disconnect', () => process.stdout.write('ends\\n'))`

for (const signal of ['SIGTERM', 'SIGINT', 'SIGKILL']) {
  test(`${signal} to npm start alone ends what it runs`, { timeout: 30_000 }, async () => {
    await using place = await createPackage(script)
    const npm = place.start('a', 'b')
    const output = text(npm.stdout)
    const [chunk] = await once(npm.stdout, 'data')

    // what npm cannot pass on, the system may send
    if (signal === 'SIGKILL') process.kill(Number(/under (\d+)/.exec(chunk)[1]), signal)
    else npm.kill(signal)

    // the pipe closes when the last that holds it has ended
    assert.match(await output, /^runs a,b under \d+\nends\n$/)
  })
}

test('npm start ends as what it runs', { timeout: 30_000 }, async () => {
  await using place = await createPackage('process.exit(7)')

  const [code] = await once(place.start(), 'close')

  assert.equal(code, 7)
})

/** Makes a package whose `npm start` is that of the repository, with another script to run. */
async function createPackage(content) {
  const path = await mkdtemp(join(tmpdir(), 'shaddock-start-'))
  const file = join(path, 'script.mjs')
  await writeFile(file, content)
  const scripts = { start: manifest.scripts.start.replace('scripts/start.mjs start.ts', `${start} ${file}`) }
  await writeFile(join(path, 'package.json'), JSON.stringify({ name: 'x', version: '1.0.0', scripts }))
  return {
    start: (...args) =>
      spawn('npm', ['start', '--silent', '--', ...args], { cwd: path, stdio: ['ignore', 'pipe', 'inherit'] }),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  }
}
