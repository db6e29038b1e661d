import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as z from 'zod'
import { validated } from '../../src/dispatch/validated.ts'

const say = validated(
  z.object({ text: z.string().min(1), to: z.array(z.string()).default([]), times: z.coerce.number() }),
  async ({ text, to, times }, session: { uid: string }) => ({
    said: text.repeat(times),
    to,
    by: session.uid,
  }),
)

test('a handler gets what the schema makes of the message, and the session', async () => {
  const answer = await say({ text: 'ho', times: '2', more: 'left out' } as never, { uid: 'ada' })

  assert.deepEqual(answer, { said: 'hoho', to: [], by: 'ada' })
})

test('a message that does not fit is refused with the first issue and where it is', async () => {
  const refused = say({ text: 'ho', to: ['ada', 5], times: 1 } as never, { uid: 'ada' })

  await assert.rejects(refused, {
    name: 'ServerError',
    code: 'BAD_MESSAGE',
    message: 'to.1: Invalid input: expected string, received number',
  })
})

test('a message that is no object at all is refused without a place', async () => {
  for (const message of [undefined, null, 5, 'text', []])
    await assert.rejects(say(message as never, { uid: 'ada' }), {
      code: 'BAD_MESSAGE',
      message: /^Invalid input: expected object/,
    })
})

test('a handler is not called with what does not fit', async () => {
  let called = false
  const handler = validated(z.number(), () => (called = true))

  await assert.rejects(handler('5' as never, {}), { code: 'BAD_MESSAGE' })
  assert.equal(called, false)
})

test('a schema may take its time', async () => {
  const name = z.string().refine(async (name) => Promise.resolve(name !== 'taken'), 'taken already')
  const handler = validated(name, (name) => name.toUpperCase())

  assert.equal(await handler('ada', {}), 'ADA')
  await assert.rejects(handler('taken', {}), { code: 'BAD_MESSAGE', message: 'taken already' })
})

test('a schema may name a place by segments, or say nothing at all', async () => {
  const failing = (issues: { message: string; path?: readonly unknown[] }[]) =>
    validated({ '~standard': { validate: () => ({ issues }) } }, () => 1)

  await assert.rejects(failing([{ message: 'wrong', path: [{ key: 'a' }, { key: 0 }] }])({}, {}), {
    message: 'a.0: wrong',
  })
  await assert.rejects(failing([])({}, {}), { message: 'the message does not fit' })
})

test('what a handler or a schema throws is not taken for a misfit', async () => {
  const handler = validated(z.number(), () => Promise.reject(new TypeError('a bug')))
  const broken = validated(
    z.number().transform(() => {
      throw new TypeError('a bug in the schema')
    }),
    () => 1,
  )

  await assert.rejects(handler(1, {}), { name: 'TypeError', message: 'a bug' })
  await assert.rejects(broken(1 as never, {}), { name: 'TypeError', message: 'a bug in the schema' })
})
