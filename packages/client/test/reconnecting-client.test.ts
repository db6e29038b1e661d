import { closeReasons, encodeHandshakeAnswer, encodePacket, PacketType } from '@shaddock/protocol'
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { connect, type ConnectionError } from '../src/index.ts'
import { FakeSocket } from './fixtures/fake-socket.ts'
import { PomeloServer } from './fixtures/pomelo-server.ts'
import { Queue } from './fixtures/queue.ts'
import { nextState, settle } from './fixtures/states.ts'

const acceptance = encodePacket(PacketType.handshake, encodeHandshakeAnswer({ code: 200, sys: {} }))
const soon = { minMs: 1, maxMs: 5 }

test('after a loss the address is asked again, onOpen runs again, and then the client is online', async () => {
  await using first = await PomeloServer.start()
  await using second = await PomeloServer.start()
  const addresses = [first.url, second.url]
  const opened: string[] = []
  await using client = await connect(() => Promise.resolve(addresses.shift()!), {
    reconnect: soon,
    onOpen: ({ state }) => void opened.push(state),
  })
  const reconnecting = nextState(client, 'reconnecting')
  const online = nextState(client, 'online')
  const heard = new Queue<unknown>()
  client.on('onChat', (message) => heard.put(message))

  const connection = await first.connections.next()
  connection.cut()
  assert.equal(await reconnecting, closeReasons.lost)
  await online

  assert.deepEqual(opened, ['connecting', 'reconnecting'])
  const again = await second.connections.next()
  again.push('onChat', 'still listening')
  assert.equal(await heard.next(), 'still listening')
})

test('of several addresses the one that was lost is tried after the others, and those before it again', async () => {
  await using one = await PomeloServer.start()
  await using two = await PomeloServer.start()
  await using three = await PomeloServer.start()
  await using client = await connect([one.url, two.url, three.url], { reconnect: soon })

  for (const [lost, next] of [
    [one, two],
    [two, one],
    [one, two],
  ] as const) {
    const online = nextState(client, 'online')
    const connection = await lost.connections.next()
    connection.cut()
    await online
    // it is the connection that the next round cuts
    next.connections.put(await next.connections.next())
  }
  assert.deepEqual(three.connections.takeAll(), [])
})

test('an onOpen that fails after a loss leaves the server and is repeated', async () => {
  await using server = await PomeloServer.start()
  const outcomes = [() => {}, () => assert.fail('not yet'), () => {}]
  const failures: unknown[] = []
  await using client = await connect(server.url, {
    reconnect: soon,
    onOpen: () => outcomes.shift()!(),
    onRetry: (error) => failures.push(error),
  })
  const online = nextState(client, 'online')

  const connection = await server.connections.next()
  connection.cut()
  await online

  assert.equal(outcomes.length, 0)
  assert.equal(await (await server.connections.next()).closed, 1000)
  assert.deepEqual(
    failures.map((error) => (error as Error).message),
    ['not yet'],
  )
})

test('an address that the platform refuses is left for the next one', async () => {
  await using server = await PomeloServer.start()
  const { WebSocket } = globalThis
  // as a page from `https:` does with `ws:`
  function StrictSocket(url: string): WebSocket {
    if (url.includes('refused')) throw new SyntaxError('not from here')
    return new WebSocket(url)
  }

  await using client = await connect(['ws://refused', server.url], {
    retryFirst: true,
    reconnect: soon,
    WebSocket: StrictSocket as never,
  })

  assert.equal(client.state, 'online')
})

test('pauses grow with each attempt that fails, and begin anew once online', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const backoff = { minMs: 100, jitter: 'none' } as const
  const connecting = connect('ws://fake', { retryFirst: true, reconnect: backoff, WebSocket: FakeSocket })
  t.after(async () => (await connecting).close())
  await settle()

  const pauses: number[] = []
  for (const accepts of [false, false, true, false]) {
    const socket = FakeSocket.made.pop()!
    if (accepts) socket.receive(acceptance)
    await settle()
    socket.onclose?.({ code: 1006 })
    await settle()
    let pauseMs = 0
    for (; FakeSocket.made.length === 0; pauseMs += 50) {
      t.mock.timers.tick(50)
      await settle()
    }
    pauses.push(pauseMs)
  }

  assert.deepEqual(pauses, [100, 200, 100, 200])
})

test('a server that says when to come back is left alone until then', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  // of the test before this
  FakeSocket.made.length = 0
  const backoff = { minMs: 100, jitter: 'none' } as const
  const failures: unknown[] = []
  const connecting = connect('ws://fake', {
    retryFirst: true,
    reconnect: backoff,
    onRetry: (error) => failures.push(error),
    WebSocket: FakeSocket,
  })
  t.after(async () => (await connecting).close())

  const pauses: number[] = []
  for (const text of ['busy retryMs=2500', 'busy', 'busy retryMs=700']) {
    await settle()
    const socket = FakeSocket.made.pop()!
    socket.onclose?.({ code: closeReasons.busy.code, reason: text })
    await settle()
    let pauseMs = 0
    for (; FakeSocket.made.length === 0; pauseMs += 50) {
      t.mock.timers.tick(50)
      await settle()
    }
    pauses.push(pauseMs)
  }
  FakeSocket.made.pop()!.receive(acceptance)

  assert.deepEqual(pauses, [2_500, 200, 700])
  assert.deepEqual(
    failures.map((error) => (error as ConnectionError).reason.retryMs),
    [2_500, undefined, 700],
  )
})

test('an onOpen whose connection is lost does not hold up the next attempt', async () => {
  await using server = await PomeloServer.start()
  const waits = [new Promise<void>(() => {}), Promise.resolve()]

  const connecting = connect(server.url, { retryFirst: true, reconnect: soon, onOpen: () => waits.shift()! })
  const connection = await server.connections.next()
  connection.cut()
  await using client = await connecting

  assert.equal(client.state, 'online')
})

test('requests reject with 503 when the connection is lost, and until it is back', async () => {
  await using server = await PomeloServer.start()
  await using client = await connect(server.url, { reconnect: { minMs: 60_000, jitter: 'none' } })
  const connection = await server.connections.next()
  const reconnecting = nextState(client, 'reconnecting')

  const inFlight = client.request('chat.chatHandler.send')
  await connection.messages.next()
  connection.cut()

  await assert.rejects(inFlight, { name: 'RequestError', code: 503, message: 'connection ended: lost' })
  await reconnecting
  await assert.rejects(client.request('chat.chatHandler.send'), { code: 503, message: 'not connected' })
  client.notify('chat.chatHandler.send')
})

test('without reconnection a loss is final', async () => {
  await using server = await PomeloServer.start()
  await using client = await connect(server.url, { reconnect: false })
  const closed = nextState(client, 'closed')

  const connection = await server.connections.next()
  connection.cut()

  assert.equal(await closed, closeReasons.lost)
})

test('a kicked client is closed with the text of the kick', async () => {
  await using server = await PomeloServer.start()
  await using client = await connect(server.url, { reconnect: soon })
  const closed = nextState(client, 'closed')

  const connection = await server.connections.next()
  connection.kick('logged in elsewhere')

  assert.deepEqual(await closed, { ...closeReasons.kicked, kick: 'logged in elsewhere' })
})

test('a kick that carries the code of a close reason has that reason', async () => {
  await using server = await PomeloServer.start()
  await using client = await connect(server.url, { reconnect: soon })
  const closed = nextState(client, 'closed')

  const connection = await server.connections.next()
  connection.kick('replaced', closeReasons.replaced.code)

  assert.deepEqual(await closed, { ...closeReasons.replaced, kick: 'replaced' })
})

for (const reason of Object.values(closeReasons)) {
  // no frame can carry 1006; a server that closes with 1000 has no reason of the table
  if (reason === closeReasons.lost || reason === closeReasons.client) continue
  const state = reason.reconnect ? 'reconnecting' : 'closed'
  test(`a server that closes with ${reason.code} leaves its client ${state} as ${reason.reason}`, async () => {
    await using server = await PomeloServer.start()
    await using client = await connect(server.url, { reconnect: soon })
    const moved = new Promise((resolve) => client.onState((...change) => resolve(change)))

    const connection = await server.connections.next()
    connection.close(reason.code)

    assert.deepEqual(await moved, [state, reason])
  })
}

for (const code of [1000, 4999]) {
  test(`a server that closes with ${code} has lost its client, which comes back`, async () => {
    await using server = await PomeloServer.start()
    await using client = await connect(server.url, { reconnect: soon })
    const reconnecting = nextState(client, 'reconnecting')

    const connection = await server.connections.next()
    connection.close(code)

    assert.equal(await reconnecting, closeReasons.lost)
    await server.connections.next()
  })
}

test('close() says goodbye, rejects what is in flight and is final', async () => {
  await using server = await PomeloServer.start()
  const client = await connect(server.url, { reconnect: soon })
  const connection = await server.connections.next()
  const closed = nextState(client, 'closed')

  const inFlight = client.request('chat.chatHandler.send')
  client.close()

  assert.equal(client.state, 'closed')
  assert.equal(await closed, closeReasons.client)
  await assert.rejects(inFlight, { code: 503, message: 'connection ended: client' })
  await assert.rejects(client.request('chat.chatHandler.send'), { code: 503 })
  assert.equal(await connection.closed, 1000)
})

test('close() in onOpen makes connect reject', async () => {
  await using server = await PomeloServer.start()

  const connecting = connect(server.url, { onOpen: (client) => client.close() })

  await assert.rejects(connecting, { reason: closeReasons.client })
})

test('a signal closes the client', async () => {
  await using server = await PomeloServer.start()
  const giveUp = new AbortController()
  const client = await connect(server.url, { signal: giveUp.signal })

  giveUp.abort()

  assert.equal(client.state, 'closed')
})

for (const scenario of ['connecting', 'online', 'hearing of a loss', 'pausing', 'retrying']) {
  test(`a client that is closed while ${scenario} lets its process exit`, { timeout: 60_000 }, async () => {
    await using server = await PomeloServer.start()
    void server.connections.next().then(async (connection) => {
      const { route } = await connection.messages.next()
      if (route === 'cut.me.off') connection.cut()
    })

    const script = join(import.meta.dirname, 'fixtures/close-while.ts')
    const child = spawn(process.execPath, [script, scenario, server.url], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const output = child.stdout.setEncoding('utf8').toArray()
    const [code] = await once(child, 'exit')

    assert.equal(code, 0)
    assert.equal((await output).join(''), 'closed\n')
  })
}
