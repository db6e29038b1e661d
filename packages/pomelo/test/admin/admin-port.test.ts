import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { test } from 'node:test'
import { AdminClient } from '../../src/admin/admin-client.ts'
import { AdminPort } from '../../src/admin/admin-port.ts'
import type { AdminClientConnection } from '../../src/admin/admin-port.ts'
import { encodeConnect, encodePacket, encodePublish, MqttType } from '../../src/admin/mqtt.ts'

const user = { username: 'ada', password: 'secret', level: 1 }

/** A port at which only Ada may register, and which answers with what it was asked. */
async function open() {
  const clients: AdminClientConnection[] = []
  const gone = Promise.withResolvers<string>()
  const port = new AdminPort({
    host: '127.0.0.1',
    port: 0,
    authenticate: ({ username }) => Promise.resolve(username === 'ada' ? user : undefined),
    onRequest: ({ clientId, message }, answer) => answer(null, { clientId, ...(message.body as object) }),
    onClient: (client) => void clients.push(client),
    onClientGone: ({ id }) => gone.resolve(id),
  })
  const number = await port.listen()
  return {
    clients,
    gone: gone.promise,
    address: { host: '127.0.0.1', port: number, username: 'ada', password: 'secret' },
    [Symbol.asyncDispose]: () => port.close(),
  }
}

/** Sends bytes, and resolves when the port has cut the connection. */
async function cutOff(port: number, ...chunks: Uint8Array[]): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port })
  socket.on('error', () => undefined).resume()
  for (const chunk of chunks) socket.write(chunk)
  await once(socket, 'close')
  return socket
}

test('a tool that says who uses it is answered, told, and missed', async () => {
  await using port = await open()
  const client = await AdminClient.open('tool-1', port.address)

  assert.deepEqual(await client.request('module', { what: 'hello' }), {
    error: null,
    body: { clientId: 'tool-1', what: 'hello', username: 'ada' },
  })
  assert.deepEqual(
    port.clients.map(({ id }) => id),
    ['tool-1'],
  )
  client.close()
  assert.equal(await port.gone, 'tool-1')
})

test('who is nobody is refused', async () => {
  await using port = await open()

  await assert.rejects(AdminClient.open('tool-1', { ...port.address, username: 'eve' }), /client auth failed/)
  assert.deepEqual(port.clients, [])
})

test('who names a module with what is no text is cut off', async () => {
  await using port = await open()
  const client = await AdminClient.open('tool-1', port.address)

  await assert.rejects(client.request(['watchServer'] as never, {}), /has ended the connection/)
})

const hello = encodeConnect('tool')

for (const [what, ...chunks] of [
  ['asks before it has registered', hello, encodePublish('client', '{"reqId":1}')],
  ['sends no JSON', hello, encodePacket(MqttType.publish, Buffer.from('\0\x06client{'))],
  ['sends a message that is no object', hello, encodePublish('register', '7')],
  ['sends a publish that is cut off', hello, encodePacket(MqttType.publish, Buffer.of(0, 99))],
  ['sends too long a packet', hello, Buffer.of(0x30, 0xff, 0xff, 0xff, 0x7f)],
  ['speaks HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')],
] as const) {
  test(`who ${what} is cut off, and others are served on`, async () => {
    await using port = await open()

    await cutOff(port.address.port, ...chunks)

    const client = await AdminClient.open('tool-1', port.address)
    client.close()
  })
}

test('tools that wait for an answer when the port closes are told', async () => {
  const port = await open()
  const client = await AdminClient.open('tool-1', port.address)

  await port[Symbol.asyncDispose]()

  await client.closed
  await assert.rejects(AdminClient.open('tool-2', port.address), /ECONNREFUSED/)
})
