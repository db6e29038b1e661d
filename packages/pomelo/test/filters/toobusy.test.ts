import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { createTooBusyFilter, createTooBusyRpcFilter } from '../../src/filters/toobusy.ts'

function block(ms: number): void {
  const until = performance.now() + ms
  while (performance.now() < until) Math.random()
}

test('requests are refused when the event loop is far too late, and only then', async () => {
  const relaxed = createTooBusyFilter(100_000)
  const strict = createTooBusyRpcFilter(20)
  const outcomes: unknown[] = []
  const ask = () => {
    relaxed.before({}, {}, (error) => outcomes.push(error))
    strict.before('chat-1', {}, {}, (error) => outcomes.push((error as Error | undefined)?.message))
  }
  ask()

  for (let count = 0; count < 4; count++) {
    block(200)
    // the loop turns, and its lag is measured
    await delay(1)
  }
  ask()

  assert.deepEqual(outcomes, [undefined, undefined, undefined, 'Backend server chat-1 is too busy now!'])
})
