import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RequestError } from '@shaddock/client'
import { startGame } from '../fixtures/game.ts'
import { chatSuite, enter } from './suite.ts'

chatSuite('local')

test('requests in flight on a chat server that is killed are answered at once', async () => {
  await using game = await startGame('local')
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
  const codes = answers.map((answer) => answer.status === 'rejected' && (answer.reason as RequestError).code)
  assert.deepEqual(new Set(codes), new Set([503]))
})

test('no call is lost or refused when a chat server is stopped in order, however many are on their way', async () => {
  await using game = await startGame('local')
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
})
