import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClusterBus } from '../../src/cli/cluster-bus.ts'
import { createConfig } from '../../src/embed/config.ts'
import { silentLog } from '../../src/log.ts'
import { Notebook } from '../bus/messages.ts'
import { startNatsServer } from '../bus/nats-server.ts'

test('a loss of NATS is one line without a stack, and so is its return', async () => {
  await using nats = await startNatsServer()
  const cluster = { nats: { servers: [nats.address], application: 'test' } }
  const config = createConfig({ directory: '.', servers: [], cluster })
  const log = new Notebook()
  const writer =
    (level: string) =>
    (...line: unknown[]) =>
      log.write(`${level} ${JSON.stringify(line)}`)
  const bus = createClusterBus(config, 'chat-1', {
    ...silentLog,
    ...{ info: writer('info'), warn: writer('warn'), error: writer('error') },
  })
  await bus.open()

  await nats.restart()
  const [lost = '', back = '', ...others] = await log.until(2)
  await bus.close()

  assert.match(lost, /^warn \["NATS is lost: [^"\\]+"\]$/)
  assert.match(back, /^info \["NATS is back after [\d.]+ m?s"\]$/)
  assert.deepEqual(others, [])
})
