import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import { freePorts } from '../free-ports.ts'

const module = join(import.meta.dirname, '../free-ports.ts')

/** Starts a process that takes nearly all of the ports it may be given, says which, and lives on. */
function startTaker() {
  const script = `const { freePorts } = await import(${JSON.stringify(module)})
    console.log((await freePorts(100)).join())
    process.stdin.resume()`
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
}

test('processes that ask at the same time are given different ports, none of which the system gives away', async () => {
  const takers = Array.from({ length: 4 }, startTaker)
  const said = await Promise.all(takers.map(({ stdout }) => once(stdout, 'data')))
  for (const taker of takers) taker.kill('SIGKILL')
  await Promise.all(takers.map((taker) => once(taker, 'exit')))

  const ports = said.flatMap(([text]) => String(text).trim().split(',').map(Number))
  assert.equal(new Set(ports).size, 400)
  assert.ok(ports.every((port) => port >= 16_384 && port < 32_768))
})

test('a port that somebody listens on is passed over', async () => {
  const [first] = await freePorts(1)
  const taken = createServer().listen(first + 1, '127.0.0.1')
  await once(taken, 'listening')

  assert.deepEqual(await freePorts(1), [first + 2])
  await once(taken.close(), 'close')
})

test('ports that are not used are given again, as often as need be', async () => {
  const ports = []
  for (let i = 0; i < 200; i++) ports.push(...(await freePorts(1)))

  assert.ok(new Set(ports).size < 128)
  await assert.rejects(freePorts(128), /^Error: no 128 ports are free from \d+ on$/)
})
