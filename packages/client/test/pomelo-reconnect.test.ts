import { encodeHandshakeAnswer, encodeJson, encodePacket, PacketType } from '@shaddock/protocol'
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import type { Pomelo, PomeloOptions } from '../src/index.ts'
import { FakeSocket } from './fixtures/fake-socket.ts'
import { createPomelo, record } from './fixtures/pomelo-client.ts'
import type { Queue } from './fixtures/queue.ts'
import { settle } from './fixtures/states.ts'

test('without the reconnect option a loss is final', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { events, socket } = await startFake(t, {})

  socket.onclose?.({ code: 1006 })
  await settle()
  t.mock.timers.runAll()

  assert.deepEqual(events.takeAll(), ['close', 'disconnect'])
  assert.equal(FakeSocket.made.length, 0)
})

test('with the reconnect option it comes back after 5 s, then 10 s, until it may not any more', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { events, socket } = await startFake(t, { reconnect: true, maxReconnectAttempts: 2 })

  socket.onclose?.({ code: 1006 })
  await settle()
  assert.equal(madeAfter(t, 4_999), undefined)
  const second = madeAfter(t, 1)
  second?.onclose?.({ code: 1006 })
  await settle()
  assert.equal(madeAfter(t, 9_999), undefined)
  const third = madeAfter(t, 1)
  third?.onclose?.({ code: 1006 })
  await settle()

  assert.ok(second && third)
  assert.equal(madeAfter(t, 1_000_000), undefined)
  assert.deepEqual(events.takeAll(), Array(3).fill(['close', 'disconnect']).flat())
})

test('it comes back when the server said that it should', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { socket } = await startFake(t, { reconnect: true })

  socket.onclose?.({ code: 4504, reason: 'busy retryMs=2500' })
  await settle()

  assert.equal(madeAfter(t, 2_499), undefined)
  assert.ok(madeAfter(t, 1))
})

test('when it has come back it says so, calls back again, and counts from the start', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const opened: unknown[] = []
  const { events, socket } = await startFake(t, { reconnect: true, maxReconnectAttempts: 1 }, () =>
    opened.push(1),
  )

  socket.onclose?.({ code: 1006 })
  await settle()
  const second = madeAfter(t, 5_000)
  second?.receive(accepted)
  await settle()
  second?.onclose?.({ code: 1006 })
  await settle()

  assert.ok(madeAfter(t, 5_000))
  assert.equal(opened.length, 2)
  assert.deepEqual(events.takeAll(), ['close', 'disconnect', 'reconnect', 'close', 'disconnect'])
})

for (const [what, end] of [
  [
    'a kick',
    (socket: FakeSocket) => socket.receive(encodePacket(PacketType.kick, encodeJson({ reason: 'bye' }))),
  ],
  ['disconnect()', (_socket: FakeSocket, pomelo: Pomelo) => pomelo.disconnect()],
] as const) {
  test(`after ${what} it does not come back`, async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] })
    const { pomelo, socket } = await startFake(t, { reconnect: true })

    end(socket, pomelo)
    await settle()

    assert.equal(madeAfter(t, 1_000_000), undefined)
  })
}

test('disconnect() while it waits to come back ends that too', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { pomelo, socket } = await startFake(t, { reconnect: true })
  socket.onclose?.({ code: 1006 })
  await settle()

  pomelo.disconnect()

  assert.equal(madeAfter(t, 1_000_000), undefined)
})

test('an application that calls init when it hears of the loss is connected once', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { pomelo, events, socket } = await startFake(t, { reconnect: true })
  pomelo.once('disconnect', () => pomelo.init({ host: 'other', WebSocket: FakeSocket }))

  socket.onclose?.({ code: 1006 })
  await settle()
  const other = FakeSocket.made.pop()
  other?.receive(accepted)
  await settle()

  assert.equal(madeAfter(t, 1_000_000), undefined)
  // not `reconnect`: it is a connection of its own
  assert.deepEqual(events.takeAll(), ['close', 'disconnect'])
})

test('init while it waits to come back starts anew', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { pomelo, events, socket } = await startFake(t, { reconnect: true })
  socket.onclose?.({ code: 1006 })
  await settle()

  pomelo.init({ host: 'other', WebSocket: FakeSocket })
  FakeSocket.made.pop()?.receive(accepted)
  await settle()

  assert.equal(madeAfter(t, 1_000_000), undefined)
  assert.deepEqual(events.takeAll(), ['close', 'disconnect'])
})

test('init ends the connection before', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { pomelo, socket } = await startFake(t, {})

  pomelo.init({ host: 'other', WebSocket: FakeSocket })
  FakeSocket.made.pop()

  assert.equal(socket.closedWith, 1000)
})

const accepted = encodePacket(PacketType.handshake, encodeHandshakeAnswer({ code: 200, sys: {} }))

/** Starts one whose network and time are the test's. */
async function startFake(
  t: TestContext,
  options: Partial<PomeloOptions>,
  onInit?: () => void,
): Promise<{ pomelo: Pomelo; events: Queue<string>; socket: FakeSocket }> {
  const pomelo = createPomelo(t)
  const events = record(pomelo)
  pomelo.init({ host: 'fake', WebSocket: FakeSocket, ...options }, onInit)
  const socket = FakeSocket.made.pop()!
  socket.receive(accepted)
  await settle()
  return { pomelo, events, socket }
}

/** Returns the socket that was made when that much time has passed. */
function madeAfter(t: TestContext, ms: number): FakeSocket | undefined {
  t.mock.timers.tick(ms)
  return FakeSocket.made.pop()
}
