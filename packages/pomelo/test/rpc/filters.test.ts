import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runRpcFilters } from '../../src/rpc/filters.ts'
import type { RpcCall } from '../../src/rpc/filters.ts'

const call: RpcCall = {
  serverId: 'chat-1',
  message: { namespace: 'user', service: 's', method: 'm', args: [] },
  opts: {},
}

function run(filters: readonly unknown[], kind: 'before' | 'after' = 'before') {
  const outcomes: [unknown, RpcCall][] = []
  runRpcFilters(filters, kind, call, (...outcome) => outcomes.push(outcome))
  assert.equal(outcomes.length, 1)
  return outcomes[0]!
}

test('functions and objects are filters, in their order', () => {
  const seen: string[] = []
  const [error, passed] = run([
    (serverId: string, _message: unknown, _opts: unknown, next: () => void) => {
      seen.push(`function ${serverId}`)
      next()
    },
    {
      before: (_serverId: string, { method }: { method: string }, _opts: unknown, next: () => void) => {
        seen.push(`object ${method}`)
        next()
      },
    },
    { after: () => assert.fail('it comes after') },
  ])

  assert.equal(error, undefined)
  assert.deepEqual(passed, call)
  assert.deepEqual(seen, ['function chat-1', 'object m'])
})

test('a filter may send a call elsewhere, with another message', () => {
  const message = { ...call.message, method: 'other' }

  const [, passed] = run([
    (_serverId: string, _message: unknown, _opts: unknown, next: (...args: unknown[]) => void) =>
      next('chat-2', message, { marked: true }),
  ])

  assert.deepEqual(passed, { serverId: 'chat-2', message, opts: { marked: true } })
})

test('a filter that calls next with an error, or throws, ends a call, and those after it do not run', () => {
  const refusal = new Error('no')
  const never = () => assert.fail('it does not run')

  for (const filter of [
    (_serverId: string, _message: unknown, _opts: unknown, next: (error: Error) => void) => next(refusal),
    () => {
      throw refusal
    },
  ])
    assert.equal(run([filter, never])[0], refusal)
})

test('an asynchronous filter that throws ends a call', async () => {
  const refusal = new Error('no')

  const error = await new Promise((resolve) =>
    runRpcFilters([() => Promise.reject(refusal)], 'before', call, resolve),
  )

  assert.equal(error, refusal)
})

test('a filter that calls next twice goes on once', () => {
  run([
    (_serverId: string, _message: unknown, _opts: unknown, next: () => void) => {
      next()
      next()
    },
  ])
})

test('what fails behind a filter is not the filter', () => {
  const passing = (_serverId: string, _message: unknown, _opts: unknown, next: () => void) => next()

  assert.throws(
    () =>
      runRpcFilters([passing], 'before', call, () => {
        throw new Error('behind')
      }),
    /behind/,
  )
})
