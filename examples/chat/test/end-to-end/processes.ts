import assert from 'node:assert/strict'
import { test } from 'node:test'
import { connect, viaGate } from '@shaddock/client'
import type { Client, RequestError } from '@shaddock/client'
import type { Chat } from '../../game-server/app/contract.ts'
import { startGame } from '../fixtures/game.ts'
import type { Game, Mode } from '../fixtures/game.ts'
import { enter } from './suite.ts'

/** What the chat promises when its servers, each in a process of its own, end. It is skipped if there is a `whyNot`. */
export function processesSuite(mode: Mode, whyNot?: string): void {
  const options = { skip: whyNot ?? false }
  test(`requests in flight on a chat server that is killed are answered, ${mode}`, options, async () => {
    await using game = await startGame(mode)
    await using ada = await enter(game, 0, 'ada', 'lobby')
    const pids = await Promise.all(['chat-1', 'chat-2'].map((id) => game.pidOf(id)))
    // stopped, they take requests and answer none
    for (const pid of pids) process.kill(pid, 'SIGSTOP')
    const requests = Array.from({ length: 100 }, () =>
      ada.client.request('chat.chatHandler.send', { content: 'hello?', target: '*' }, { timeoutMs: 60_000 }),
    )
    // its connector answers this one itself, after it has sent the others on
    await assert.rejects(ada.client.request('connector.entryHandler.enter', { username: '', rid: '' }), {
      code: 400,
    })

    for (const pid of pids) process.kill(pid, 'SIGKILL')
    const answers = await Promise.allSettled(requests)

    // 503: the server was lost. A deadline that passed would be 408
    const codes = answers.map(
      (answer) => answer.status === 'rejected' && (answer.reason as RequestError).code,
    )
    assert.deepEqual(new Set(codes), new Set([503]))
  })

  test(
    `who was on a connector that is killed is in the room again, and nobody is missing or there twice, ${mode}`,
    options,
    async (t) => {
      await using game = await startGame(mode)
      const names = Array.from({ length: 20 }, (_, n) => `user${n}`)
      const people = await Promise.all(names.map(async (name) => enterByGate(game, name, 'lobby')))
      t.after(() => people.forEach(({ client }) => client.close()))
      const moving = people.filter(({ seen }) => seen.address === game.connectors[0])
      const pid = await game.pidOf('connector-1')
      const back = Promise.all(moving.map(async ({ client }) => isOnline(client)))

      process.kill(pid, 'SIGKILL')
      await back

      assert.notEqual(moving.length, 0)
      await using late = await enter(game, 1, 'late', 'lobby')
      assert.deepEqual([...late.users].sort(), ['late', ...names].sort())
      await late.client.request('chat.chatHandler.send', { content: 'all here?', target: '*' })
      assert.deepEqual(
        new Set(await Promise.all(people.map(async ({ seen }) => seen.heard.promise))),
        new Set(['all here?']),
      )
    },
  )

  test(
    `no call is lost or refused when a chat server is stopped in order, however many are on their way, ${mode}`,
    options,
    async () => {
      await using game = await startGame(mode)
      const people = await Promise.all(
        Array.from({ length: 20 }, (_, n) => enter(game, n % 2, `user${n}`, `room${n}`)),
      )
      const codes = new Set<number>()
      let stopped = false
      const talking = Promise.all(
        people.map(async ({ client }) => {
          while (!stopped) {
            const said = Array.from({ length: 25 }, async () =>
              client.request('chat.chatHandler.send', { content: 'hello', target: '*' }),
            )
            const answers = await Promise.allSettled(said)
            for (const answer of answers) {
              if (answer.status === 'rejected') codes.add((answer.reason as RequestError).code)
            }
          }
        }),
      )

      await game.command('stop', 'chat-1')
      await game.command('restart', 'chat-1')
      await game.command('stop', 'chat-2')
      stopped = true
      await talking

      for (const { client } of people) client.close()
      assert.deepEqual([...codes], [])
    },
  )
}

/** Enters a room through the connector that the gate names, and again after each loss. */
async function enterByGate(game: Game, username: string, rid: string) {
  const seen = { address: '', heard: Promise.withResolvers<string>() }
  const address = viaGate<Chat>(game.gates, async (gate) => {
    const answer = await gate.request('gate.gateHandler.queryEntry', { uid: username })
    seen.address = `ws://${answer.host}:${answer.port}`
    return answer
  })
  const client = await connect<Chat>(address, {
    onOpen: async (opened) => {
      await opened.request('connector.entryHandler.enter', { username, rid })
    },
  })
  client.on('onChat', ({ msg }) => seen.heard.resolve(msg))
  return { client, seen }
}

function isOnline(client: Client<Chat>): Promise<void> {
  return new Promise((resolve) => client.onState((state) => state === 'online' && resolve()))
}
