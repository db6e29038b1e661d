import assert from 'node:assert/strict'
import { Writable } from 'node:stream'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { createFlushTurn, Outbox } from '../../src/transport/outbox.ts'

test('a single frame is written as it is, and several are joined', async () => {
  const { sink, writes } = createSink()
  const outbox = new Outbox(sink, createFlushTurn(), 1_000)
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
  const shared = createFlushTurn()
  const outboxes = ['a', 'b', 'c'].map((name) => ({ name, outbox: new Outbox(sink, shared, 1_000) }))

  for (const { name, outbox } of outboxes) outbox.push(Buffer.from(name))
  const writesWithinTheTurn = writes.length
  await turn()

  assert.equal(writesWithinTheTurn, 0)
  assert.deepEqual(writes.map(String), ['a', 'b', 'c'])
})

test('bufferedBytes counts what is queued and what the sink has not passed on', async () => {
  const { sink, drain } = createSink({ stalled: true })
  const outbox = new Outbox(sink, createFlushTurn(), 1_000)

  outbox.push(Buffer.alloc(10))
  await turn()
  outbox.push(Buffer.alloc(5))
  const stalled = outbox.bufferedBytes
  drain()
  await turn()

  assert.equal(stalled, 15)
  assert.equal(outbox.bufferedBytes, 0)
})

test('push refuses a frame when more than the limit waits, and takes one that passes it', () => {
  const { sink } = createSink({ stalled: true })
  const outbox = new Outbox(sink, createFlushTurn(), 100)

  const taken = [outbox.push(Buffer.alloc(100)), outbox.push(Buffer.alloc(5_000))]
  const refused = outbox.push(Buffer.alloc(1))

  assert.deepEqual(taken, [true, true])
  assert.equal(refused, false)
  assert.equal(outbox.bufferedBytes, 5_100)
})

test('a turn may say more than the limit to a sink that takes it', async () => {
  const { sink, writes } = createSink()
  const outbox = new Outbox(sink, createFlushTurn(), 100)

  const within = [
    outbox.push(Buffer.alloc(90)),
    outbox.push(Buffer.alloc(90)),
    outbox.push(Buffer.alloc(500)),
  ]

  await turn()

  assert.deepEqual(within, [true, true, true])
  assert.equal(Buffer.concat(writes).length, 680)
})

test('flush writes at once, and the end of the turn adds nothing', async () => {
  const { sink, writes } = createSink()
  const outbox = new Outbox(sink, createFlushTurn(), 1_000)

  outbox.push(Buffer.from('now'))
  outbox.flush()
  const flushed = writes.map(String)
  await turn()

  assert.deepEqual(flushed, ['now'])
  assert.equal(writes.length, 1)
})

test('nothing is written after destroy', async () => {
  const { sink, writes } = createSink()
  const outbox = new Outbox(sink, createFlushTurn(), 1_000)

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
