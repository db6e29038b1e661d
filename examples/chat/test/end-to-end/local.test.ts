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
