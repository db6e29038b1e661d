import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { Heartbeat } from '../src/heartbeat.ts'

test('the first heartbeat comes an interval after the handshake, even when the server sent none', (t) => {
  const { counts } = start(t)

  t.mock.timers.tick(999)
  assert.equal(counts.sent, 0)
  t.mock.timers.tick(1)

  assert.equal(counts.sent, 1)
})

test('each heartbeat of the server is answered an interval later', (t) => {
  const { heartbeat, counts } = start(t)

  for (let answered = 1; answered <= 3; answered++) {
    t.mock.timers.tick(1_000)
    assert.equal(counts.sent, answered)
    t.mock.timers.tick(500)
    heartbeat.hear()
    heartbeat.answer()
  }

  assert.equal(counts.silences, 0)
})

test('several heartbeats within an interval are answered once', (t) => {
  const { heartbeat, counts } = start(t)

  heartbeat.answer()
  t.mock.timers.tick(900)
  heartbeat.answer()
  t.mock.timers.tick(100)

  assert.equal(counts.sent, 1)
})

test('a server that says nothing for two intervals after a heartbeat is silent', (t) => {
  const { counts } = start(t)
  t.mock.timers.tick(1_000)

  t.mock.timers.tick(1_999)
  assert.equal(counts.silences, 0)
  t.mock.timers.tick(1)

  assert.equal(counts.silences, 1)
})

test('any packet breaks the silence, and the server gets its next heartbeat nevertheless', (t) => {
  const { heartbeat, counts } = start(t)
  t.mock.timers.tick(1_000)

  for (let sent = 2; sent <= 4; sent++) {
    t.mock.timers.tick(1_000)
    heartbeat.hear()
    t.mock.timers.tick(1_000)
    assert.equal(counts.sent, sent)
  }

  assert.equal(counts.silences, 0)
})

test('once stopped it neither sends nor listens', (t) => {
  const { heartbeat, counts } = start(t)
  t.mock.timers.tick(1_000)

  heartbeat.stop()
  heartbeat.answer()
  t.mock.timers.tick(1_000_000)

  assert.deepEqual(counts, { sent: 1, silences: 0 })
})

test('an interval that no timer can hold is shortened, not turned into a flood', (t) => {
  const { counts } = start(t, 1e15)

  t.mock.timers.tick(1_000_000_000)

  assert.equal(counts.sent, 0)
})

function start(
  t: TestContext,
  intervalMs = 1_000,
): { heartbeat: Heartbeat; counts: { sent: number; silences: number } } {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const counts = { sent: 0, silences: 0 }
  const heartbeat = new Heartbeat(
    intervalMs,
    () => counts.sent++,
    () => counts.silences++,
  )
  return { heartbeat, counts }
}
