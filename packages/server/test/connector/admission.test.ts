import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestContext } from 'node:test'
import { Admission } from '../../src/connector/admission.ts'
import { TimerWheel } from '../../src/timer-wheel.ts'
import { RecordedLog } from '../fixtures/recorded-log.ts'

/** An admission on a clock that goes as the test says. */
function openAdmission(t: TestContext, perSecond: number) {
  t.mock.timers.enable({ apis: ['setInterval'] })
  let nowMs = 0
  const now = () => nowMs
  const log = new RecordedLog()
  const timers = new TimerWheel({ now })
  const admission = new Admission({ perSecond, timers, log, now, random: () => 0.5 })
  /** Goes on at once, as a loop that is busy for so long. */
  function stall(ms: number): void {
    nowMs += ms
    t.mock.timers.tick(50)
  }
  /** Goes on as a loop that has little to do. */
  function advance(ms: number): void {
    for (let passed = 0; passed < ms; passed += 50) stall(50)
  }
  return {
    log,
    admission,
    advance,
    stall,
    /** How many of so many are let in. */
    admit: (count: number) =>
      Array.from({ length: count }, () => admission.ask()).filter((ms) => ms === 0).length,
  }
}

test("a second's worth comes in at once, and the rest is refused", (t) => {
  const { admit } = openAdmission(t, 100)

  assert.equal(admit(1_000), 100)
})

test('who comes at less than the rate is never refused', (t) => {
  const { admit, advance } = openAdmission(t, 100)

  for (let second = 0; second < 20; second++) {
    for (let tenth = 0; tenth < 10; tenth++) {
      assert.equal(admit(10), 10)
      advance(100)
    }
  }
})

test('under a storm the rate is let in', (t) => {
  const { admit, advance } = openAdmission(t, 100)
  admit(100)

  let admitted = 0
  for (let step = 0; step < 200; step++) {
    advance(50)
    admitted += admit(50)
  }

  // ten seconds
  assert.ok(admitted > 980 && admitted <= 1_000, String(admitted))
})

test('time for which the loop stood still hardly counts', (t) => {
  const { admit, stall } = openAdmission(t, 100)
  admit(100)

  stall(2_000)

  assert.equal(admit(100), 20)
})

test('those who are refused are told to come one after the other, somewhat slower than the rate', (t) => {
  const { admission, admit } = openAdmission(t, 100)
  admit(100)

  const retries = Array.from({ length: 4 }, () => admission.ask())

  assert.deepEqual(retries, [513, 525, 538, 550])
})

test('nobody is told to wait for more than a minute, and those beyond are spread over half of it', (t) => {
  const { admission, admit } = openAdmission(t, 1)
  admit(1)

  const retries = Array.from({ length: 100 }, () => admission.ask())

  assert.equal(Math.max(...retries), 59_250)
  assert.deepEqual(new Set(retries.slice(50)), new Set([45_000]))
})

test('a storm is over nearly as soon as the rate allows, and hardly anybody is refused often', (t) => {
  const { admission, advance } = openAdmission(t, 1_000)
  const random = xorshift(7)
  const clients = Array.from({ length: 20_000 }, () => ({ dueMs: 250 * random(), attempts: 0 }))
  let waiting = clients

  let now = 0
  for (; waiting.length > 0; now += 50) {
    for (const client of waiting) {
      if (client.dueMs > now) continue
      client.attempts++
      const retryMs = admission.ask()
      // up to 100 ms until it is told, and back
      client.dueMs = retryMs === 0 ? Infinity : now + retryMs + 100 * random()
    }
    waiting = waiting.filter(({ dueMs }) => dueMs !== Infinity)
    advance(50)
  }

  const attempts = clients.map((client) => client.attempts)
  const sum = attempts.reduce((total, count) => total + count, 0)
  assert.ok(now < 26_000, `${now} ms`)
  assert.ok(sum < 2.1 * clients.length, `${sum} attempts`)
  assert.ok(Math.max(...attempts) <= 3, `${Math.max(...attempts)} attempts of one`)
})

test('a storm is logged when it comes and when it is over', (t) => {
  const { admit, advance, log } = openAdmission(t, 100)
  admit(100)
  advance(5_000)
  assert.deepEqual(log.lines, [])

  admit(150)
  advance(5_000)
  admit(101)

  assert.deepEqual(
    log.lines.map(({ level, fields, message }) => [level, fields, message]),
    [
      ['warn', { perSecond: 100 }, 'more clients come than are let in'],
      ['info', { refused: 50 }, 'clients are let in as they come again'],
      ['warn', { perSecond: 100 }, 'more clients come than are let in'],
    ],
  )
})

/** Returns numbers from 0 to 1 that are the same in each run. */
function xorshift(seed: number): () => number {
  let state = seed
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}
