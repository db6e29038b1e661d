import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runSeed } from './run.ts'

const seeds = process.env['CI'] ? 1_000 : 100

test('a seed is always the same course of events', async () => {
  const first = await runSeed(7, { messages: true })
  const second = await runSeed(7, { messages: true })

  assert.equal(first.mark, second.mark)
  assert.ok(first.heard > 100, `only ${first.heard} messages were heard`)
})

test('another seed is another course of events', async () => {
  const [one, other] = [await runSeed(1), await runSeed(2)]

  assert.notEqual(one.mark, other.mark)
})

for (let from = 1; from <= seeds; from += 100) {
  test(`whatever happens to servers, people are answered, hear each message once and in order, and find one another again (${from})`, async () => {
    const failures: string[] = []
    for (let seed = from; seed < from + 100; seed++) {
      const { violations } = await runSeed(seed)
      if (violations.length > 0) failures.push(`npm run simulate -- --seed ${seed}: ${violations[0]}`)
    }

    assert.deepEqual(failures, [])
  })
}
