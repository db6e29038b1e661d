import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { SessionOrder } from '../../src/dispatch/order.ts'

/** A task that ends when it is told to. */
function createTask(name: string, seen: string[]) {
  const ended = Promise.withResolvers<string>()
  const begun = Promise.withResolvers<undefined>()
  return {
    begun: begun.promise,
    end: () => ended.resolve(name),
    fail: () => ended.reject(new Error(name)),
    run: async () => {
      seen.push(`+${name}`)
      begun.resolve(undefined)
      const result = await ended.promise
      seen.push(`-${name}`)
      return result
    },
  }
}

/** Runs a task in the session's turn. */
function inTurn<T>(order: SessionOrder, session: string, task: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => {
      order.leave(session)
      settle()
    }
    try {
      order.enter(session, () => {
        ;(async () => task())().then(
          (value) => end(() => resolve(value)),
          (error: unknown) => end(() => reject(error)),
        )
      })
    } catch (error) {
      reject(error)
    }
  })
}

test('the calls of a session run one at a time, in the order in which they came', async () => {
  const order = new SessionOrder(10)
  const seen: string[] = []
  const tasks = ['a', 'b', 'c'].map((name) => createTask(name, seen))

  const results = tasks.map(({ run }) => inTurn(order, 'front-1/1', run))
  for (const task of tasks.toReversed()) task.end()

  assert.deepEqual(await Promise.all(results), ['a', 'b', 'c'])
  assert.deepEqual(seen, ['+a', '-a', '+b', '-b', '+c', '-c'])
})

test('the first call of a session runs at once', () => {
  const order = new SessionOrder(10)
  const seen: string[] = []
  const task = createTask('a', seen)

  void inTurn(order, 'front-1/1', task.run)

  assert.deepEqual(seen, ['+a'])
  task.end()
})

test('sessions do not wait for one another', async () => {
  const order = new SessionOrder(10)
  const seen: string[] = []
  const slow = createTask('slow', seen)
  const quick = createTask('quick', seen)

  const waiting = inTurn(order, 'front-1/1', slow.run)
  quick.end()
  assert.equal(await inTurn(order, 'front-1/2', quick.run), 'quick')
  assert.deepEqual(seen, ['+slow', '+quick', '-quick'])
  slow.end()

  assert.equal(await waiting, 'slow')
})

test('a call that fails, at once or later, lets the next one run', async () => {
  const order = new SessionOrder(10)
  const seen: string[] = []
  const failing = createTask('failing', seen)
  const next = createTask('next', seen)

  const first = inTurn(order, 'front-1/1', failing.run)
  const second = inTurn(order, 'front-1/1', () => {
    throw new TypeError('at once')
  })
  const third = inTurn(order, 'front-1/1', next.run)
  failing.fail()
  next.end()

  await assert.rejects(first, { message: 'failing' })
  await assert.rejects(second, { message: 'at once' })
  assert.equal(await third, 'next')
})

test('nothing is kept of a session whose calls have ended, however they did', async () => {
  const order = new SessionOrder(1)
  const run = (session: string) => inTurn(order, session, () => Promise.reject(new Error('failed')))

  const results = ['front-1/1', 'front-1/1', 'front-1/1', 'front-1/2'].map(run)
  assert.equal(order.size, 2)
  await Promise.allSettled(results)

  assert.equal(order.size, 0)
})

test('a session with as many calls waiting as may is told that it is busy, and goes on', async () => {
  const order = new SessionOrder(2)
  const seen: string[] = []
  const tasks = ['a', 'b', 'c', 'd'].map((name) => createTask(name, seen))

  const results = tasks.map(({ run }) => inTurn(order, 'front-1/1', run))
  for (const task of tasks) task.end()

  await assert.rejects(results[3]!, {
    code: 'BUSY',
    message: '2 calls of session front-1/1 wait already',
  })
  assert.deepEqual(await Promise.all(results.slice(0, 3)), ['a', 'b', 'c'])
  assert.deepEqual(seen, ['+a', '-a', '+b', '-b', '+c', '-c'])
  const again = createTask('again', seen)
  again.end()
  assert.equal(await inTurn(order, 'front-1/1', again.run), 'again')
})

test('whatever is sent by whom, each session sees its own calls one by one and in order', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.record({ session: fc.nat(2), fails: fc.boolean() }), { maxLength: 20 }),
      async (scheduler, calls) => {
        const order = new SessionOrder(100)
        const seen: [session: number, call: number, what: string][] = []
        const results = calls.map(({ session, fails }, call) =>
          inTurn(order, String(session), async () => {
            seen.push([session, call, 'begins'])
            await scheduler.schedule(Promise.resolve())
            seen.push([session, call, 'ends'])
            if (fails) throw new Error('failed')
          }),
        )
        const settled = Promise.allSettled(results)
        await scheduler.waitFor(settled)

        for (const session of [0, 1, 2]) {
          const expected = calls.flatMap((call, n) =>
            call.session === session
              ? [
                  [session, n, 'begins'],
                  [session, n, 'ends'],
                ]
              : [],
          )
          assert.deepEqual(
            seen.filter(([of]) => of === session),
            expected,
          )
        }
      },
    ),
  )
})
