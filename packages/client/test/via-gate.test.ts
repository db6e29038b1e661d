import { closeReasons, encodeHandshakeAnswer, encodePacket, PacketType } from '@shaddock/protocol'
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type Client,
  connect,
  ConnectionError,
  type GateAnswer,
  RequestError,
  viaGate,
} from '../src/index.ts'
import { FakeSocket } from './fixtures/fake-socket.ts'
import { PomeloServer } from './fixtures/pomelo-server.ts'
import { nextState, settle } from './fixtures/states.ts'

const acceptance = encodePacket(PacketType.handshake, encodeHandshakeAnswer({ code: 200, sys: {} }))
const soon = { minMs: 1, maxMs: 5 }

/** A gate that answers every request with `answer`. */
async function startGate(answer: () => unknown) {
  const server = await PomeloServer.start()
  let asked = 0
  void (async () => {
    for (;;) {
      const connection = await server.connections.next()
      void connection.messages.next().then(({ id }) => {
        asked++
        connection.respond(id, answer())
      })
    }
  })()
  return { server, asked: () => asked, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

const ask = (gate: Client): Promise<GateAnswer> => gate.request('gate.gateHandler.queryEntry', { uid: 'ada' })

function addressOf({ port }: PomeloServer) {
  return { host: '127.0.0.1', port }
}

test('a client goes where the gate says, and asks it again after a loss', async () => {
  await using one = await PomeloServer.start()
  await using two = await PomeloServer.start()
  const answers = [addressOf(one), addressOf(two)]
  await using gate = await startGate(() => answers.shift())

  await using client = await connect(viaGate(gate.server.url, ask), { reconnect: soon })
  const connection = await one.connections.next()
  connection.cut()

  await two.connections.next()
  if (client.state !== 'online') await nextState(client, 'online')
  assert.equal(gate.asked(), 2)
})

test('a connector that is not there any more is left for the next one that the gate names', async () => {
  await using dead = await PomeloServer.start()
  await using alive = await PomeloServer.start()
  const answer = { ...addressOf(dead), others: [addressOf(alive)] }
  await using gate = await startGate(() => answer)
  await using client = await connect(viaGate(gate.server.url, ask), { reconnect: soon })
  await dead.connections.next()

  await dead[Symbol.asyncDispose]()

  await alive.connections.next()
  assert.equal(client.state === 'closed', false)
})

test('when the gate is gone, the others that it named are tried', async () => {
  await using first = await PomeloServer.start()
  await using other = await PomeloServer.start()
  const answer = { ...addressOf(first), others: [addressOf(other)] }
  await using gate = await startGate(() => answer)
  await using client = await connect(viaGate(gate.server.url, ask), { reconnect: soon })
  await first.connections.next()

  await gate.server[Symbol.asyncDispose]()
  await first[Symbol.asyncDispose]()

  await other.connections.next()
  assert.equal(client.state === 'closed', false)
})

test('of several gates one that is there is asked', async () => {
  await using connector = await PomeloServer.start()
  await using gone = await PomeloServer.start()
  const { url } = gone
  await gone[Symbol.asyncDispose]()
  await using gate = await startGate(() => addressOf(connector))

  // it begins with any
  for (let n = 0; n < 8; n++) {
    await using client = await connect(viaGate([url, gate.server.url], ask), { reconnect: false })
    assert.equal(client.state, 'online')
  }

  assert.equal(gate.asked(), 8)
})

test('a gate that says no is not followed by another', async () => {
  const refusal = { code: 503, message: 'no connector is there' }
  await using one = await startGate(() => refusal)
  await using two = await startGate(() => refusal)

  const connecting = connect(viaGate([one.server.url, two.server.url], ask))

  await assert.rejects(connecting, (error: unknown) => error instanceof RequestError && error.code === 503)
  assert.equal(one.asked() + two.asked(), 1)
})

test('when no gate answers, that one was busy tells more than that another was not there', async () => {
  await using gone = await PomeloServer.start()
  const { url } = gone
  await gone[Symbol.asyncDispose]()
  await using busy = await PomeloServer.start({ closesWith: { code: 4504, text: 'busy retryMs=1500' } })

  for (let n = 0; n < 8; n++) {
    await assert.rejects(connect(viaGate([url, busy.url], ask)), (error: unknown) => {
      assert.ok(error instanceof ConnectionError)
      assert.deepEqual(error.reason, { ...closeReasons.busy, retryMs: 1_500 })
      return true
    })
  }
})

test('the gate hears the same of the client as the connector, and is left when it has answered', async () => {
  await using connector = await PomeloServer.start()
  await using gate = await PomeloServer.start()
  const connecting = connect(viaGate(gate.url, ask), { user: { token: 'abc' } })

  const atGate = await gate.connections.next()
  atGate.respond((await atGate.messages.next()).id, addressOf(connector))
  await using _ = await connecting

  assert.deepEqual(atGate.handshake?.user, { token: 'abc' })
  assert.equal(await atGate.closed, closeReasons.client.code)
})

test('a client that is closed while it asks the gate leaves the gate', async () => {
  await using gate = await PomeloServer.start()
  const giveUp = new AbortController()
  const connecting = connect(viaGate([gate.url, gate.url], ask), { signal: giveUp.signal })
  const connection = await gate.connections.next()
  await connection.messages.next()

  giveUp.abort()

  await assert.rejects(connecting, { reason: closeReasons.client })
  assert.equal(await connection.closed, closeReasons.client.code)
  assert.deepEqual(gate.connections.takeAll(), [])
})

test('a gate with TLS names connectors with TLS, unless it says otherwise', async () => {
  const answer = { host: 'a', port: 1, others: [{ host: 'b', port: 2, secure: false }] }
  const asking = { signal: new AbortController().signal, WebSocket: FakeSocket }

  for (const [gate, secure] of [
    ['wss://gate', true],
    ['ws://gate', false],
  ] as const) {
    const addresses = viaGate(gate, () => answer)(asking)
    await settle()
    FakeSocket.made.pop()?.receive(acceptance)

    assert.deepEqual(await addresses, [
      { host: 'a', port: 1, secure },
      { host: 'b', port: 2, secure: false },
    ])
  }
})
