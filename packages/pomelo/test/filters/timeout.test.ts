import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createTimeFilter } from '../../src/filters/time.ts'
import { createTimeoutFilter } from '../../src/filters/timeout.ts'

test('a request goes on whether it is watched or not, and its error is passed on', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const filter = createTimeoutFilter(100, 0)
  let begun = 0
  const error = new Error('no')

  for (const session of [{}, {}]) filter.before({ __route__: 'a.b.c' }, session, () => begun++)
  const session = {}
  filter.before({}, session, () => begun++)
  t.mock.timers.tick(100)

  filter.after(error, {}, session, {}, (passed) => assert.equal(passed, error))
  assert.equal(begun, 3)
})

test('the time filter passes on what the handler said', () => {
  const filter = createTimeFilter()
  const session = {}
  const error = new Error('no')
  let passed: unknown

  filter.before({}, session, () => undefined)
  filter.after(error, { __route__: 'a.b.c' }, session, {}, (given) => (passed = given))

  assert.equal(passed, error)
})
