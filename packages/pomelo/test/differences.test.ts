import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { after, before, test } from 'node:test'
import { Game } from './fixtures/game.ts'
import { RawClient } from './fixtures/raw-client.ts'

// where this package does otherwise than the original, on purpose: docs/migrate.md has them all

let game: Game
before(async () => {
  game = await Game.start('different')
})
after(() => game[Symbol.asyncDispose]())

const call = async (method: string, serverId: string) => {
  const client = await game.connect('connector-server-1')
  return (await client.request('connector.entryHandler.call', { method, serverId })) as {
    message?: string
    code?: string
    value?: unknown
    pid?: number
  }
}

test('methods of classes are routes with codes, and remotes', async () => {
  const client = await game.connect('connector-server-1')
  const sys = { type: 'js-websocket', version: '1.0.0' }
  const { client: raw, answer } = await RawClient.open(game.portOf('connector-server-1'), { sys })
  raw.close()

  const { dict } = (answer as { sys: { dict: Record<string, number> } }).sys
  assert.ok(dict['area.areaHandler.say'])
  assert.deepEqual(await client.request('area.areaHandler.say', { text: 'hi' }), { heard: 'hi' })
  assert.equal((await call('where', 'area-server-2')).value, 'area-server-2')
})

test('an async function that rejects has failed, and its server serves on', async () => {
  const client = await game.connect('connector-server-1')
  const later = (text: string) => client.request('area.areaHandler.later', { text })

  assert.deepEqual(await later(''), { code: 500 })
  assert.equal((await call('rejects', 'area-server-1')).message, 'never again')
  assert.deepEqual(await later('hi'), { heard: 'hi' })
})

test('what every object has is no route', async () => {
  const client = await game.connect('connector-server-1')

  for (const method of ['toString', 'hasOwnProperty', 'valueOf', '__defineGetter__', 'app'])
    assert.deepEqual(await client.request(`area.areaHandler.${method}`), { code: 500 })
})

test('a body that is an array is refused', async () => {
  const client = await game.connect('connector-server-1')

  assert.deepEqual(await client.request('area.areaHandler.say', [{ text: 'hi' }, { uid: 'me' }]), {
    code: 500,
  })
})

test('a client of one frontend is served by another type of frontend, too', async () => {
  const client = await game.connect('connector-server-1')

  assert.deepEqual(await client.request('gate.gateHandler.where'), { from: 'connector-server-1' })
})

test('a remote is loaded where it serves', async () => {
  await game.printed(/the remote was loaded by area-server-1/)
  await game.printed(/the remote was loaded by area-server-2/)

  assert.doesNotMatch(game.output, /the remote was loaded by (connector|gate|master)/)
})

test('servers that adminServer.json does not list are there', async () => {
  assert.equal((await call('where', 'area-server-1')).value, 'area-server-1')
})

test('a member that is added twice is in once, and a channel that is destroyed says so', async () => {
  const client = (await game.connect('connector-server-1')).listen('onOnce')
  await client.request('connector.entryHandler.enter', { uid: 'ada' })

  assert.deepEqual(await client.request('area.areaHandler.joinTwice'), {
    amount: 1,
    err: 'channel is not running now',
  })
  assert.deepEqual(await client.next('onOnce'), { amount: 1 })
  assert.deepEqual(client.heard('onOnce'), [])
})

test('only a text or a number is a uid', async () => {
  const client = await game.connect('connector-server-1')

  for (const uid of [undefined, null, '', { $ne: 1 }, ['ada'], true]) {
    const { err } = (await client.request('connector.entryHandler.enter', { uid })) as { err: unknown }
    assert.equal(err, 'a uid is a text or a number')
  }
})

test('the error of a remote keeps its message and code', async () => {
  const { message, code } = await call('refuse', 'area-server-1')

  assert.deepEqual([message, code], ['too late', 'LATE'])
})

test('a call that a filter refuses calls back with what it says', async () => {
  assert.equal((await call('forbidden', 'area-server-1')).message, 'the filter refuses it')
})

test('the admin port is open on the address of master.json alone', async () => {
  const socket = connect({ host: '127.0.0.2', port: game.masterPort })

  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException]

  assert.equal(error.code, 'ECONNREFUSED')
})

test('a call of a server that nobody knows calls back at once', async () => {
  const { message } = await call('where', 'area-server-9')

  assert.match(String(message), /area-server-9/)
})

test('a call that waits for a server that dies calls back at once, and the server starts again', async () => {
  const { pid } = await call('where', 'area-server-2')
  const waiting = call('silent', 'area-server-2')
  // both travel the same way: the one behind is answered when the first has arrived
  await call('where', 'area-server-2')

  process.kill(pid!, 'SIGKILL')

  assert.equal((await waiting).code, 'NO_SERVER')
  let again: { pid?: number }
  do again = await call('where', 'area-server-2')
  while (again.pid === undefined)
  assert.notEqual(again.pid, pid)
})
