import { closeReasons } from '@shaddock/protocol'
import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import { WebSocket } from 'ws'
import { type Client, connect, ConnectionError } from '../src/index.ts'
import { FakeSocket } from './fixtures/fake-socket.ts'
import { PomeloServer } from './fixtures/pomelo-server.ts'

const soon = { minMs: 1, maxMs: 5 }

test('a client shakes hands, then is online', async () => {
  await using server = await PomeloServer.start()

  await using client = await connect({ host: '127.0.0.1', port: server.port }, { user: { token: 'abc' } })
  const { handshake } = await server.connections.next()

  assert.equal(client.state, 'online')
  assert.equal(handshake?.sys.type, 'js-websocket')
  assert.deepEqual(handshake.user, { token: 'abc' })
})

test('any WebSocket class will do', async () => {
  await using server = await PomeloServer.start()

  await using client = await connect(server.url, { WebSocket })

  assert.equal(client.state, 'online')
})

test('connect rejects when nobody listens', async () => {
  const url = await freeUrl()

  await assert.rejects(connect(url), (error: unknown) => {
    assert.ok(error instanceof ConnectionError)
    assert.equal(error.reason, closeReasons.lost)
    assert.equal(error.message, `connection to ${url} ended: lost`)
    return true
  })
})

for (const code of [500, 501] as const) {
  test(`connect rejects when the handshake is refused with ${code}, and does not try again`, async () => {
    await using server = await PomeloServer.start({ answer: { code } })
    let attempts = 0
    const address = (): string => {
      attempts++
      return server.url
    }

    const connecting = connect(address, { retryFirst: true, reconnect: soon })

    await assert.rejects(connecting, { reason: { ...closeReasons.refused, refusal: code } })
    assert.equal(attempts, 1)
  })
}

test('connect rejects when the handshake is not answered in time', async () => {
  await using server = await PomeloServer.start({ answer: 'silence' })

  await assert.rejects(connect(server.url, { connectTimeoutMs: 1 }), { reason: closeReasons.handshake })
})

test('connect rejects with what onOpen throws, and leaves the server', async () => {
  await using server = await PomeloServer.start()
  const failure = new Error('wrong password')

  const connecting = connect(server.url, { onOpen: () => Promise.reject(failure) })

  await assert.rejects(connecting, failure)
  assert.equal(await (await server.connections.next()).closed, 1000)
})

test('connect rejects with what the address function throws', async () => {
  const failure = new Error('no gate')

  await assert.rejects(
    connect(() => Promise.reject(failure)),
    failure,
  )
})

test('retryFirst repeats the first attempt, and says why', async () => {
  await using server = await PomeloServer.start()
  const addresses = [await freeUrl(), server.url]
  const failures: unknown[] = []

  await using client = await connect(() => addresses.shift()!, {
    retryFirst: true,
    reconnect: soon,
    onRetry: (error) => failures.push(error),
  })

  assert.equal(client.state, 'online')
  assert.equal(failures.length, 1)
  assert.ok(failures[0] instanceof ConnectionError)
})

test('a signal ends the pause between two attempts', async () => {
  const giveUp = new AbortController()
  const url = await freeUrl()

  const connecting = connect(url, {
    retryFirst: true,
    reconnect: { minMs: 600_000, maxMs: 600_000, jitter: 'none' },
    signal: giveUp.signal,
    // it pauses by the next turn
    onRetry: () => setImmediate(() => giveUp.abort()),
  })

  await assert.rejects(connecting, { name: 'ConnectionError', reason: closeReasons.client })
})

test('close() in onRetry is not followed by an attempt', async () => {
  const giveUp = new AbortController()
  let attempts = 0
  const address = (): never => {
    attempts++
    throw new Error('no gate')
  }

  const onRetry = (): void => giveUp.abort()
  const connecting = connect(address, { retryFirst: true, signal: giveUp.signal, onRetry })

  await assert.rejects(connecting, { reason: closeReasons.client })
  assert.equal(attempts, 1)
})

test('close() while the address is asked makes no connection', async () => {
  const giveUp = new AbortController()
  const address = (): string => {
    giveUp.abort()
    return 'ws://fake'
  }

  const connecting = connect(address, { signal: giveUp.signal, WebSocket: FakeSocket })

  await assert.rejects(connecting, { reason: closeReasons.client })
  assert.deepEqual(FakeSocket.made, [])
})

test('a closed client leaves its signal alone', async () => {
  await using server = await PomeloServer.start()
  const { signal } = new AbortController()
  const client = await connect(server.url, { signal })

  client.close()

  assert.deepEqual(getEventListeners(signal, 'abort'), [])
})

test('requests work in onOpen, before the state is online', async () => {
  await using server = await PomeloServer.start()
  const seen: unknown[] = []

  const connecting = connect(server.url, {
    onOpen: async (client) => {
      const answer: unknown = await client.request('connector.entryHandler.enter', { name: 'ada' })
      seen.push(client.state, answer)
    },
  })
  const connection = await server.connections.next()
  connection.respond((await connection.messages.next()).id, 'welcome')
  await using client = await connecting

  assert.deepEqual(seen, ['connecting', 'welcome'])
  assert.equal(client.state, 'online')
})

test('an untyped client takes any route', async () => {
  await using server = await PomeloServer.start()
  const client: Client = await connect(server.url)
  await using _ = client

  client.notify('anything')

  const connection = await server.connections.next()
  assert.equal((await connection.messages.next()).route, 'anything')
})

/** Returns the address of a port where nobody listens any more. */
async function freeUrl(): Promise<string> {
  await using server = await PomeloServer.start()
  return server.url
}
