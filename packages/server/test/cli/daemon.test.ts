import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { test } from 'node:test'
import type { ServerStatus } from '../../src/cli/supervised-server.ts'
import { createApplication } from './test-application.ts'

test('start --daemon returns when all servers are ready, and they go on', async () => {
  await using application = await createApplication()

  const started = await application.run('start', '--daemon')
  const listed = await application.run('list')
  const stopped = await application.run('stop')

  assert.equal(started.code, 0, started.stderr)
  assert.match(
    started.stdout,
    /^2 servers ready in .*; they go on with pid \d+ as their master: "shaddock stop" stops them\n$/,
  )
  assert.match(listed.stdout, /^front-1 .* running$/m)
  assert.equal(stopped.code, 0, stopped.stderr)
  await application.lifeline.empty()
  assert.equal(existsSync(application.runtimeFolder), false)
  assert.match(readFileSync(join(application.directory, 'logs/master.out'), 'utf8'), /^front-1 +ws\+tcp/m)
})

test('start --daemon says what it adopted and what it started', async () => {
  await using application = await createApplication({ back: [{ id: 'back-2' }] })
  const { lifeline } = application
  await application.run('start', '--daemon', '--type', 'front', '--id', 'back-1')
  const { stdout } = await application.run('list', '--json')
  const [master] = JSON.parse(stdout) as ServerStatus[]
  process.kill(master?.pid ?? 0, 'SIGKILL')

  const started = await application.run('start', '--daemon')
  const stopped = await application.run('stop')

  const adopted = `back-1 (pid ${lifeline.pidOf('back-1')}), front-1 (pid ${lifeline.pidOf('front-1')})`
  assert(started.stdout.startsWith(`adopted ${adopted}, started back-2\n3 servers ready in`), started.stdout)
  assert.equal(stopped.code, 0, stopped.stderr)
  await lifeline.empty()
})

test('start --daemon says why it failed, and leaves nothing running', async () => {
  await using application = await createApplication()
  const server = createServer().listen(application.port, '127.0.0.1').unref()
  await once(server, 'listening')

  const { code, stderr } = await application.run('start', '--daemon')

  assert.equal(code, 1)
  assert.match(stderr, /^shaddock: front-1 cannot start: port 127\.0\.0\.1:\d+ is in use.*\n$/)
  await application.lifeline.empty()
  assert.equal(existsSync(application.runtimeFolder), false)
})
