import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Game } from './fixtures/game.ts'
import { SocketIoClient } from './fixtures/socketio-client.ts'

// would need redis, if anything of them were loaded but where they are
const plugin = {
  'index.js': "exports.components = __dirname + '/lib/components/'",
  'lib/components/needsRedis.js': "throw new Error('there is no redis')",
}
const names = ['pomelo-globalchannel-plugin', 'pomelo-status-plugin']
const files = Object.fromEntries(
  names.flatMap((name) =>
    Object.entries(plugin).map(([path, text]) => [`node_modules/${name}/${path}`, text]),
  ),
)

let game: Game
before(async () => {
  game = await Game.start('mixed', { files })
})
after(() => game[Symbol.asyncDispose]())

async function enter(uid: string, connector: string, rid: string) {
  const client = await SocketIoClient.open(game.portOf(connector), 'websocket')
  const answer = await client.request('connector.entryHandler.enter', { uid, rid })
  return {
    answer,
    next: () => client.next(),
    ask: (route: string, message: object = {}) => client.request(route, message),
    [Symbol.dispose]: () => client[Symbol.dispose](),
  }
}

test('the plugins of global channels and of status do without redis', async () => {
  using ada = await enter('ada', 'connector-server-1', 'plugins')
  using bob = await enter('bob', 'connector-server-2', 'plugins')

  const look = await ada.ask('chat.hallHandler.look')
  const said = await ada.ask('chat.hallHandler.say', { text: 'hello' })

  assert.deepEqual(look, {
    err: null,
    online: { ada: true, nobody: false },
    sids: ['connector-server-1'],
    members: ['ada', 'bob'],
  })
  assert.deepEqual(said, { err: null, fails: [] })
  for (const each of [ada, bob])
    assert.deepEqual(await each.next(), { route: 'onHall', body: { text: 'hello' } })

  const told = await ada.ask('chat.hallHandler.tell', { uids: ['ada', 'nobody', 'bob'], text: 'psst' })

  assert.deepEqual(told, { err: null, absent: ['nobody'] })
  for (const each of [ada, bob])
    assert.deepEqual(await each.next(), { route: 'onTold', body: { text: 'psst' } })
})

test('channels in a store outlive their server', async () => {
  using cleo = await enter('cleo', 'connector-server-1', 'store')
  assert.deepEqual(await cleo.ask('chat.hallHandler.keep'), { added: true })
  const first = (await cleo.ask('chat.hallHandler.tellKept', { text: 'before' })) as { pid: number }

  process.kill(first.pid, 'SIGKILL')
  let second: { pid?: number }
  // until it has started again there is nobody to ask
  do second = (await cleo.ask('chat.hallHandler.tellKept', { text: 'after' })) as object
  while (second.pid === undefined)

  assert.deepEqual(await cleo.next(), { route: 'onKept', body: { text: 'before' } })
  assert.deepEqual(await cleo.next(), { route: 'onKept', body: { text: 'after' } })
  assert.deepEqual({ ...second, pid: 0 }, { err: null, members: ['cleo'], pid: 0 })
})

test('modules in TypeScript, with promises, and old ones call one another', async () => {
  using dan = await enter('dan', 'connector-server-1', 'typed')
  using eve = await enter('eve', 'connector-server-2', 'typed')

  assert.deepEqual(dan.answer, { err: null, users: ['dan'] })
  assert.deepEqual(eve.answer, { err: null, users: ['dan', 'eve'] })
  assert.deepEqual(await dan.ask('chat.roomHandler.say', { text: 'hi' }), { heard: 2 })
  for (const each of [dan, eve])
    assert.deepEqual(await each.next(), {
      route: 'onSay',
      body: { text: 'hi', from: 'the one and only dan' },
    })
  using stranger = await SocketIoClient.open(game.portOf('connector-server-1'), 'websocket')
  assert.deepEqual(await stranger.request('chat.roomHandler.say', { text: 'hi' }), {
    code: 403,
    message: 'enter a room first',
  })
  assert.deepEqual(await dan.ask('connector.entryHandler.ask'), { message: 'not today' })
})

test("calls of a session's modules in TypeScript are handled one at a time", async () => {
  using fay = await enter('fay', 'connector-server-1', 'order')

  const answers = await Promise.all([1, 2, 3].map(() => fay.ask('chat.roomHandler.count')))

  assert.deepEqual(answers, [{ running: 1 }, { running: 1 }, { running: 1 }])
})
