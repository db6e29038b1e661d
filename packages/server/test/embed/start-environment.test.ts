import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, statSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const program = `
  import { startEnvironment } from 'shaddock/embed'
  process.stdout.write(JSON.stringify(startEnvironment()))
`

/** What a process with a temporary folder of its own gets. */
async function openFolder() {
  const folder = await mkdtemp(join(tmpdir(), 'shaddock-env-'))
  return {
    own: join(folder, `shaddock-${process.getuid?.() ?? 'user'}`),
    ask(env: Record<string, string> = {}): unknown {
      const { NODE_COMPILE_CACHE: _, ...rest } = process.env
      const { stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', program], {
        cwd: import.meta.dirname,
        env: { ...rest, TMPDIR: folder, ...env },
      })
      return JSON.parse(stdout.toString())
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  }
}

test('compiled code is kept in a folder that nobody else can enter', async () => {
  await using folder = await openFolder()

  assert.deepEqual(folder.ask(), { NODE_COMPILE_CACHE: join(folder.own, 'compile-cache') })
  assert.equal(statSync(folder.own).mode & 0o777, 0o700)
})

test('in a folder that others can enter nothing is kept', async () => {
  await using folder = await openFolder()
  mkdirSync(folder.own)
  chmodSync(folder.own, 0o777)

  assert.deepEqual(folder.ask(), {})
})

test('who has turned the cache off, or has one already, keeps that', async () => {
  await using folder = await openFolder()

  assert.deepEqual(folder.ask({ NODE_DISABLE_COMPILE_CACHE: '1' }), {})
  assert.deepEqual(folder.ask({ NODE_COMPILE_CACHE: '/elsewhere' }), {})
  assert.equal(existsSync(folder.own), false)
})
