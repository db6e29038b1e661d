import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect } from '@shaddock/client'
import { WebSocket } from 'ws'
import fixture from '../fixtures/app/app.ts'
import { startListening } from '../fixtures/listening.ts'
import { testKeys, TrustingWebSocket } from '../fixtures/tls.ts'

test('a frontend with ssl serves the files and texts that its config names, with TLS alone', async () => {
  const ssl = { key: '../tls/key.pem', cert: testKeys.cert }
  await using listening = await startListening({
    connector: { ssl },
    config: { directory: fixture.directory },
  })

  await using client = await connect(`wss://localhost:${listening.port}`, { WebSocket: TrustingWebSocket })

  assert.deepEqual(await client.request('front.entry.echo', { text: 'secure' }), { text: 'secure' })
  await assert.rejects(connect(`ws://localhost:${listening.port}`, { WebSocket }))
})

test('a frontend whose certificate cannot be read does not start', async () => {
  const ssl = { key: testKeys.key, cert: 'config/no-such.pem' }

  await assert.rejects(startListening({ connector: { ssl } }), {
    name: 'SetupError',
    message: /^ssl.cert: cannot read/,
  })
})
