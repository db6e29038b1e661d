import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { InFlight } from '../src/in-flight.ts'

test('what is under way from the beginning, or begins while one waits, is waited for', async () => {
  const inFlight = new InFlight()
  let idle = false
  inFlight.begin()
  const waiting = inFlight.idle().then(() => (idle = true))

  inFlight.begin()
  inFlight.end()
  await turn()
  assert.equal(idle, false)
  inFlight.end()

  await waiting
})

test('what ends and begins something else at once is not idle', async () => {
  const inFlight = new InFlight()
  let idle = false
  inFlight.begin()
  const waiting = inFlight.idle().then(() => (idle = true))

  inFlight.end()
  await Promise.resolve()
  inFlight.begin()
  await turn()
  await turn()
  assert.equal(idle, false)
  inFlight.end()

  await waiting
})

test('everybody who waits is told', async () => {
  const inFlight = new InFlight()
  inFlight.begin()
  const waiting = [inFlight.idle(), inFlight.idle()]

  inFlight.end()

  await Promise.all(waiting)
})
