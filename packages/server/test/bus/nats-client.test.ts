import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'

test('a bus without the client library says what to install', async () => {
  const program = `
    import { registerHooks } from 'node:module'
    registerHooks({
      resolve: (name, context, next) => next(name.startsWith('@nats-io/') ? 'not-installed' : name, context),
    })
    const { createNatsBus } = await import('${import.meta.resolve('../../src/bus/nats.ts')}')
    const bus = createNatsBus({ settings: { servers: ['localhost'] }, prefix: 'test.', name: 'test' })
    await bus.open().catch((error) => console.log(String(error)))
    await bus.close()`

  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', program])

  assert.equal(
    stdout,
    'SetupError: NATS needs the package @nats-io/transport-node: npm install @nats-io/transport-node\n',
  )
})
