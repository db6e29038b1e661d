import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Pending } from '../../src/load/pending.ts'

const range = { first: 4, last: 11 }

test('an answer finds when its request was due, once', () => {
  const pending = new Pending(range)
  const id = pending.add(12.5)

  assert.equal(pending.take(id), 12.5)
  assert.ok(Number.isNaN(pending.take(id)))
})

test('an answer that nobody asked for finds nothing', () => {
  assert.ok(Number.isNaN(new Pending(range).take(5)))
})

test('ids stay in their range, and no two requests that wait have the same', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(3)), (actions) => {
      const pending = new Pending(range)
      const waiting = new Map<number, number>()
      for (const [time, action] of actions.entries()) {
        const oldest = [...waiting][0]
        if (action === 0 && oldest) {
          assert.equal(pending.take(oldest[0]), oldest[1])
          waiting.delete(oldest[0])
          continue
        }
        const id = pending.add(time)
        if (id === -1) continue
        assert.ok(id >= range.first && id <= range.last && !waiting.has(id))
        waiting.set(id, time)
      }
      assert.equal(pending.size, waiting.size)
    }),
  )
})

test('when all ids wait there is none for another', () => {
  const pending = new Pending(range)
  const ids = Array.from({ length: 9 }, (_, time) => pending.add(time))

  assert.deepEqual(ids, [4, 5, 6, 7, 8, 9, 10, 11, -1])
})

test('requests that are too old are given up', () => {
  const pending = new Pending(range)
  const ids = [10, 20, 30].map((dueMs) => pending.add(dueMs))

  assert.deepEqual(pending.takeOlder(25).sort(), [10, 20])
  assert.equal(pending.size, 1)
  assert.equal(pending.take(ids[2] ?? 0), 30)
})
