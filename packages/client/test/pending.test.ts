import assert from 'node:assert/strict'
import { test } from 'node:test'
import { RequestError } from '../src/errors.ts'
import { type PendingRequest, PendingRequests } from '../src/pending.ts'

test('ids count from 1', () => {
  const pending = new PendingRequests()

  const ids = [pending.nextId(), pending.nextId()]

  assert.deepEqual(ids, [1, 2])
})

test('behind the last id they begin again, without those of requests in flight', () => {
  const pending = new PendingRequests(2 ** 31 - 2)
  const { request } = createRequest()
  pending.add(1, request)

  const ids = [pending.nextId(), pending.nextId()]
  pending.rejectAll(new RequestError(503, 'lost'))

  assert.deepEqual(ids, [2 ** 31 - 1, 2])
})

test('a request is answered once', () => {
  const pending = new PendingRequests()
  const { request, outcomes } = createRequest()
  pending.add(1, request)

  pending.resolve(1, 'first')
  pending.resolve(1, 'second')
  pending.rejectAll(new RequestError(503, 'lost'))

  assert.deepEqual(outcomes, ['first'])
})

test('a request knows its route until it is answered', () => {
  const pending = new PendingRequests()
  pending.add(1, createRequest().request)

  assert.equal(pending.routeOf(1), 'a.b.c')
  pending.resolve(1, {})

  assert.equal(pending.routeOf(1), undefined)
})

test('a request is rejected at its deadline', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const pending = new PendingRequests()
  const { request, outcomes } = createRequest(100)
  pending.add(1, request)

  t.mock.timers.tick(99)
  assert.deepEqual(outcomes, [])
  t.mock.timers.tick(1)

  assert.deepEqual(outcomes, [new RequestError(408, 'no answer to a.b.c within 100 ms')])
})

test('a request without an end waits as long as a timer can', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const pending = new PendingRequests()
  const { request, outcomes } = createRequest(Infinity)
  pending.add(1, request)

  t.mock.timers.tick(2 ** 31 - 2)

  assert.deepEqual(outcomes, [])
})

test('all requests in flight are rejected at once', () => {
  const pending = new PendingRequests()
  const { request, outcomes } = createRequest()
  const lost = new RequestError(503, 'lost')
  pending.add(1, request)
  pending.add(2, request)

  pending.rejectAll(lost)

  assert.deepEqual(outcomes, [lost, lost])
})

function createRequest(timeoutMs = 60_000): { request: PendingRequest; outcomes: unknown[] } {
  const outcomes: unknown[] = []
  const settle = (outcome: unknown): void => void outcomes.push(outcome)
  return { request: { route: 'a.b.c', timeoutMs, resolve: settle, reject: settle }, outcomes }
}
