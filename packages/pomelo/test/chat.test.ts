import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { Game } from './fixtures/game.ts'
import type { TestClient } from './fixtures/test-client.ts'

let game: Game

before(async () => {
  game = await Game.start('chat')
})

after(() => game[Symbol.asyncDispose]())

/** Asks the gate, and enters a room where it says. */
async function enter(username: string, rid: string): Promise<{ client: TestClient; users: unknown }> {
  const gate = await game.connect('gate-server-1')
  const entry = (await gate.request('gate.gateHandler.queryEntry', { uid: username })) as {
    code: number
    host: string
    port: number
  }
  assert.equal(entry.code, 200)
  assert.equal(entry.host, '127.0.0.1')
  const client = (await game.connect(entry.port)).listen('onChat', 'onAdd', 'onLeave', 'disconnect')
  const { users } = (await client.request('connector.entryHandler.enter', { username, rid })) as {
    users: unknown
  }
  return { client, users }
}

test('who enters hears who is there, and the others hear of it', async () => {
  const ada = await enter('ada', 'hall')
  const bob = await enter('bob', 'hall')

  assert.deepEqual(ada.users, ['ada'])
  assert.deepEqual(bob.users, ['ada', 'bob'])
  assert.deepEqual(await ada.client.next('onAdd'), { route: 'onAdd', user: 'bob' })
})
