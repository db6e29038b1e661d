import assert from 'node:assert/strict'
import { test } from 'node:test'
import { jsonCodec } from '@shaddock/protocol'
import { ClientCall } from '../../src/dispatch/call.ts'
import { compose } from '../../src/dispatch/filter.ts'
import type { Filter } from '../../src/dispatch/filter.ts'
import { ServerError } from '../../src/errors.ts'
import type { Session } from '../../src/session/session.ts'

function callOf(route: string): ClientCall {
  const body = new Uint8Array()
  return new ClientCall({ route, session: {} as Session, deadline: Infinity, body, codec: jsonCodec })
}

function tracing(name: string, seen: string[]): Filter {
  return async (call, next) => {
    seen.push(`+${name} ${call.route}`)
    const result = await next()
    seen.push(`-${name}`)
    return result
  }
}

test('the first filter is the outermost', async () => {
  const seen: string[] = []
  const handle = compose([tracing('a', seen), tracing('b', seen)], async (call) => {
    seen.push(`handles ${call.route}`)
    return 'result'
  })

  assert.equal(await handle(callOf('x.y.z')), 'result')
  assert.deepEqual(seen, ['+a x.y.z', '+b x.y.z', 'handles x.y.z', '-b', '-a'])
})

test('without filters it is the handler', async () => {
  const handle = compose([], async (call) => call.route)

  assert.equal(await handle(callOf('x.y.z')), 'x.y.z')
})

test('a filter that does not go on answers itself', async () => {
  let handled = false
  const handle = compose<unknown>([async () => 'cached'], async () => (handled = true))

  assert.equal(await handle(callOf('x.y.z')), 'cached')
  assert.equal(handled, false)
})

test('a filter may change the result', async () => {
  const handle = compose<unknown>([async (_, next) => [await next()]], async () => 1)

  assert.deepEqual(await handle(callOf('x.y.z')), [1])
})

test('a filter sees the failure of what it wraps, and may answer in its place', async () => {
  const handle = compose<unknown>(
    [async (_, next) => next().catch((error: unknown) => String(error))],
    async () => {
      throw new ServerError('BUSY', 'later')
    },
  )

  assert.equal(await handle(callOf('x.y.z')), 'ServerError: later')
})

test('a filter that throws before it waits rejects, it does not throw', async () => {
  const filters: Filter[] = [
    () => {
      throw new ServerError('DENIED', 'not you')
    },
  ]

  const result = compose(filters, async () => 1)(callOf('x.y.z'))

  await assert.rejects(result, { code: 'DENIED' })
})

test('a filter may hand on another call, and those within it see that one', async () => {
  const seen: string[] = []
  const swapping: Filter = async (call, next) => next(call.with({ message: { swapped: true } }))
  const handle = compose([swapping, tracing('inner', seen)], async (call) => call.message)

  assert.deepEqual(await handle(callOf('x.y.z')), { swapped: true })
  assert.deepEqual(seen, ['+inner x.y.z', '-inner'])
})
