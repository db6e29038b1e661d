import assert from 'node:assert/strict'
import { test } from 'node:test'
import { handleError, runAfter, runBefore } from '../../src/dispatch/filters.ts'
import { failureReply, Outcome } from '../../src/dispatch/outcome.ts'

type Next = (error?: unknown, response?: unknown) => void

test('before filters run in order until one calls next with an error', async () => {
  const seen: string[] = []
  const pass = (name: string) => ({
    before: (_msg: unknown, _session: unknown, next: Next) => next(seen.push(name) && undefined),
  })
  const stop = (_msg: unknown, _session: unknown, next: Next) => next('no', { code: 7 })

  const { error, response } = await runBefore([pass('a'), pass('b'), stop, pass('c')], {}, {})

  assert.deepEqual([seen, error, response], [['a', 'b'], 'no', { code: 7 }])
})

test('after filters run from the last to the first, each with the error that the one before left', async () => {
  const seen: unknown[] = []
  const filter = (name: string, left: unknown) => ({
    after: (error: unknown, _msg: unknown, _session: unknown, response: unknown, next: Next) => {
      seen.push([name, error, response])
      next(left)
    },
  })

  const left = await runAfter([filter('a', null), filter('b', 'mine')], 'first', {
    msg: {},
    session: {},
    response: 1,
  })

  assert.deepEqual(seen, [
    ['b', 'first', 1],
    ['a', 'mine', 1],
  ])
  assert.equal(left, null)
})

test('a filter that throws, or has no function, has failed', async () => {
  const throws = () => {
    throw new Error('oops')
  }

  assert.equal(String((await runBefore([throws], {}, {})).error), 'Error: oops')
  assert.match(String((await runBefore([{}], {}, {})).error), /invalid before filter/)
  assert.match(
    String(await runAfter([{}], null, { msg: {}, session: {}, response: undefined })),
    /invalid after filter/,
  )
})

test('an asynchronous filter, handler or error handler that throws has failed', async () => {
  const rejects = () => Promise.reject(new Error('oops'))

  assert.equal(String((await runBefore([rejects], {}, {})).error), 'Error: oops')
  assert.equal(
    String(await runAfter([rejects], null, { msg: {}, session: {}, response: undefined })),
    'Error: oops',
  )
  assert.equal(
    String((await handleError(rejects, new Outcome('no'), { msg: {}, session: {} })).error),
    'Error: oops',
  )
})

test('an error handler gets the options if it takes them, and may mend the outcome', async () => {
  const outcome = new Outcome('no', { code: 7 }, { fatal: true })
  const seen: unknown[] = []
  // its number of parameters tells the two forms apart
  const five = (error: unknown, msg: unknown, response: unknown, session: unknown, next: Next) => {
    seen.push([error, msg, response, session])
    next(null, { mended: true })
  }
  const six = (
    error: unknown,
    msg: unknown,
    response: unknown,
    session: unknown,
    opts: unknown,
    next: Next,
  ) => {
    seen.push([error, msg, response, session, opts])
    next(error, response)
  }

  const mended = await handleError(five, outcome, { msg: 'm', session: 's' })
  const left = await handleError(six, outcome, { msg: 'm', session: 's' })

  assert.deepEqual(seen, [
    ['no', 'm', { code: 7 }, 's'],
    ['no', 'm', { code: 7 }, 's', { fatal: true }],
  ])
  assert.deepEqual([mended.error, mended.response], [null, { mended: true }])
  assert.deepEqual([left.error, left.response], ['no', { code: 7 }])
  assert.equal(await handleError(undefined, outcome, { msg: 'm', session: 's' }), outcome)
})

test('what a client is told of a failure has a code', () => {
  assert.deepEqual(failureReply(undefined), { code: 500 })
  assert.deepEqual(failureReply({ why: 'because' }), { why: 'because', code: 500 })
  assert.deepEqual(failureReply({ code: 7 }), { code: 7 })
  assert.deepEqual(failureReply('text'), 'text')
})
