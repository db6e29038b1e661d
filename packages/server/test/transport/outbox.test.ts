import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { Outbox, Turn } from '../../src/transport/outbox.ts'

test('a single frame is written as it is, and several are joined', async () => {
  const { sink, writes } = createSink()
  const outbox = new Outbox(sink, new Turn(), 1_000)
  const frame = Buffer.from('alone')

  outbox.push(frame)
  await turn()
  for (const word of ['one', 'two', 'three']) outbox.push(Buffer.from(word))
  await turn()

  assert.deepEqual(writes.map(String), ['alone', 'onetwothree'])
  assert.equal(writes[0], frame)
})

test('the outboxes of a turn are flushed together when it ends', async () => {
  const { sink, writes } = createSink()
  const shared = new Turn()
  const outboxes = ['a', 'b', 'c'].map((name) => ({ name, outbox: new Outbox(sink, shared, 1_000) }))

  for (const { name, outbox } of outboxes) outbox.push(Buffer.from(name))
  const writesWithinTheTurn = writes.length
  await turn()

  assert.equal(writesWithinTheTurn, 0)
  assert.deepEqual(writes.map(String), ['a', 'b', 'c'])
})

test('bufferedBytes counts what is queued and what the sink has not passed on', async () => {
  const { sink, drain } = createSink({ stalled: true })
  const outbox = new Outbox(sink, new Turn(), 1_000)

  outbox.push(Buffer.alloc(10))
  await turn()
  outbox.push(Buffer.alloc(5))
  const stalled = outbox.bufferedBytes
  drain()
  await turn()

  assert.equal(stalled, 15)
  assert.equal(outbox.bufferedBytes, 0)
})

test('push says when more waits than the limit', () => {
  const { sink } = createSink({ stalled: true })
  const outbox = new Outbox(sink, new Turn(), 100)

  const within = [outbox.push(Buffer.alloc(60)), outbox.push(Buffer.alloc(40))]
  const past = outbox.push(Buffer.alloc(1))

  assert.deepEqual(within, [true, true])
  assert.equal(past, false)
})

test('a turn may say more than the limit to a sink that takes it', () => {
  const { sink, writes } = createSink()
  const outbox = new Outbox(sink, new Turn(), 100)

  const within = [
    outbox.push(Buffer.alloc(90)),
    outbox.push(Buffer.alloc(90)),
    outbox.push(Buffer.alloc(500)),
  ]

  assert.deepEqual(within, [true, true, true])
  assert.equal(Buffer.concat(writes).length, 680)
})

test('flush writes at once, and the end of the turn adds nothing', async () => {
  const { sink, writes } = createSink()
  const outbox = new Outbox(sink, new Turn(), 1_000)

  outbox.push(Buffer.from('now'))
  outbox.flush()
  const flushed = writes.map(String)
  await turn()

  assert.deepEqual(flushed, ['now'])
  assert.equal(writes.length, 1)
})

test('nothing is written after destroy', async () => {
  const { sink, writes } = createSink()
  const outbox = new Outbox(sink, new Turn(), 1_000)

  outbox.push(Buffer.from('before'))
  outbox.destroy()
  outbox.push(Buffer.from('after'))
  outbox.flush()
  await turn()

  assert.deepEqual(writes, [])
  assert.equal(outbox.bufferedBytes, 0)
})

/** A stream that records what it is told to write, and keeps it while it is stalled. */
function createSink({ stalled = false } = {}) {
  const writes: Buffer[] = []
  let isStalled = stalled
  let release: () => void = () => undefined
  const sink = new Writable({
    write(chunk: Buffer, _encoding, callback) {
      writes.push(chunk)
      if (isStalled) release = callback
      else callback()
    },
  })
  const drain = () => {
    isStalled = false
    release()
  }
  return { sink, writes, drain }
}
