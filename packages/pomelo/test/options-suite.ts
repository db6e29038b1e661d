import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { AdminClient } from '../src/admin/admin-client.ts'
import { Game } from './fixtures/game.ts'
import type { Framework } from './fixtures/game.ts'
import { RawClient } from './fixtures/raw-client.ts'

/** Checks that what an application may configure does on a framework what it is to do. */
export function testOptions(framework: Framework): void {
  let game: Game
  before(async () => {
    game = await Game.start('options', { framework })
  })
  after(() => game[Symbol.asyncDispose]())

  const connect = () => game.connect('connector-server-1')
  const operate = () => {
    const user = { username: 'admin', password: 'admin' }
    return AdminClient.open('operator', { host: '127.0.0.1', port: game.masterPort, ...user })
  }

  test('the global error handler answers for global filters', async () => {
    const client = await connect()

    assert.deepEqual(await client.request('work.workHandler.work', { stop: true }), {
      global: 'stopped',
      code: 500,
    })
  })

  test('an error handler of six parameters is given the options', async () => {
    const client = await connect()

    assert.deepEqual(await client.request('work.workHandler.fail'), {
      error: 'it failed',
      opts: { hint: 7 },
    })
  })

  test('a uid has one session where there may be one', async () => {
    const [first, second] = [await connect(), await connect()]
    await first.request('connector.entryHandler.enter', { uid: 'single' })

    assert.deepEqual(await second.request('connector.entryHandler.enter', { uid: 'single' }), {
      err: 'singleSession is enabled, and session has already bind with uid: single',
    })
  })

  test('pushes that are gathered for a while arrive in order', async () => {
    const client = (await connect()).listen('onCount')
    await client.request('connector.entryHandler.enter', { uid: 'buffered' })

    assert.deepEqual(await client.request('work.workHandler.push'), { err: null, fails: [] })
    assert.deepEqual(await client.next('onCount'), { count: 1 })
    assert.deepEqual(await client.next('onCount'), { count: 2 })
  })

  test('the serial filter handles the requests of a session in their order', async () => {
    const client = await connect()
    const order: string[] = []
    const slow = client.request('work.workHandler.slow').then((answer) => {
      order.push('slow')
      return answer
    })
    const fast = client.request('work.workHandler.work').then(() => order.push('fast'))

    assert.deepEqual(await slow, { answer: 'pong' })
    await fast
    assert.deepEqual(order, ['slow', 'fast'])
  })

  test('requests, and calls of servers, are logged where an application wants it', async () => {
    const client = await connect()
    await client.request('work.workHandler.work', { text: 'logged' })
    await client.request('work.workHandler.slow')

    for (const [file, pattern] of [
      ['con-log', /"route":"work\.workHandler\.work".*"text":"logged".*"timeUsed":\d+/],
      ['forward-log', /"route":"work\.workHandler\.work".*"text":"logged".*"timeUsed":\d+/],
      ['rpc-log', /"route":"pingRemote".*"timeUsed":\d+/],
    ] as const) {
      let text: string
      do text = await game.read(`logs/${file}-work-server-1.log`)
      while (!pattern.test(text))
    }
  })

  test('handlers that change are loaded again', async () => {
    const client = await connect()
    const handler = 'app/servers/work/handler/workHandler.js'
    const source = (await game.read(handler)).replace('version: 1', 'version: 2')

    await writeFile(join(game.directory, handler), source)

    let version: unknown
    do ({ version } = (await client.request('work.workHandler.work')) as { version: unknown })
    while (version !== 2)
  })

  test('an application may turn addresses away, and so may an operator', async () => {
    await turnedAway(game.portOf('connector-server-2'))
    const operator = await operate()
    const before = await connect()

    await operator.request('__console__', { signal: 'blacklist', args: ['127.0.0.1'] })
    operator.close()

    // who is connected stays
    assert.ok(await before.request('work.workHandler.work'))
    await turnedAway(game.portOf('connector-server-1'))
  })

  test('a server that is stopped does first what its lifecycle wants', async () => {
    const operator = await operate()

    operator.request('__console__', { signal: 'stop', ids: [] }).catch(() => 'it ends before it answers')

    await game.printed(/work-server-1 shuts down/)
    operator.close()
  })
}

/** Connects until it is refused, as soon as the servers know. */
async function turnedAway(port: number): Promise<void> {
  for (;;) {
    const refused = await RawClient.open(port, { sys: { type: 'js-websocket', version: '1.0.0' } }).then(
      ({ client }) => {
        client.close()
        return false
      },
      () => true,
    )
    if (refused) return
  }
}
