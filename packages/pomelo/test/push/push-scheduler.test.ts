import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PushSchedulerComponent } from '../../src/push/push-scheduler.ts'
import { receiversOf } from '../../src/push/receivers.ts'
import { Sessions } from '../fixtures/sessions.ts'

const app = {} as never

test('a selector chooses among schedulers', () => {
  const seen: unknown[] = []
  const scheduler = (name: string) => () => ({
    schedule: (_reqId: null, route: string, message: unknown) => seen.push([name, route, message]),
  })
  const component = new PushSchedulerComponent(app, {
    scheduler: [
      { id: 'fast', scheduler: scheduler('fast') },
      { id: 'slow', scheduler: scheduler('slow') },
    ],
    selector: (
      _reqId: null,
      route: string,
      _msg: unknown,
      _recvs: unknown,
      _opts: unknown,
      choose: (id: string) => void,
    ) => choose(route === 'onMove' ? 'fast' : 'slow'),
  })

  component.schedule(null, 'onMove', 1, null, {})
  component.schedule(null, 'onChat', 2, null, {})

  assert.deepEqual(seen, [
    ['fast', 'onMove', 1],
    ['slow', 'onChat', 2],
  ])
})

test('a scheduler is made with the options beside it, and may be an object', () => {
  const made: unknown[] = []
  const schedule = () => undefined
  const factory = (_app: unknown, options: unknown) => {
    made.push(options)
    return { schedule }
  }

  new PushSchedulerComponent(app, { scheduler: factory, flushInterval: 5 } as never)
  new PushSchedulerComponent(app, { scheduler: { schedule } })

  assert.deepEqual(made, [{ scheduler: factory, flushInterval: 5 }])
  assert.throws(() => new PushSchedulerComponent(app, { scheduler: () => ({}) }), /has a function schedule/)
})

test('a push reaches those it names, all, those who are bound, or those that the filter lets through', () => {
  const sessions = new Sessions()
  const [ada, guest] = [sessions.open('ada'), sessions.open()]
  const app = (broadcastFilter?: unknown) =>
    ({ get: (key: string) => (key === 'sessionService' ? sessions.service : { broadcastFilter }) }) as never
  const filter = (session: { id: number }, _message: unknown, param: unknown) => session.id === param

  assert.deepEqual(receiversOf(app(), '', [guest.id, 77], {}), [guest])
  assert.deepEqual(receiversOf(app(), '', null, {}), [ada, guest])
  assert.deepEqual(receiversOf(app(), '', null, { userOptions: { binded: true } }), [ada])
  assert.deepEqual(receiversOf(app(filter), '', null, { userOptions: { filterParam: guest.id } }), [guest])
})

test('a push for a scheduler that is not there calls back with that', async () => {
  const component = new PushSchedulerComponent(app, {
    scheduler: [{ id: 'fast', scheduler: { schedule: () => undefined } }],
    selector: (...args: unknown[]) => (args.at(-1) as (id: string) => void)('slow'),
  })

  const error = await new Promise((resolve) => component.schedule(null, 'onChat', 'hi', null, {}, resolve))

  assert.match(String(error), /no push scheduler slow/)
})

test('schedulers have started and stopped when each has called back, and their errors are told', async () => {
  const stopping = Promise.withResolvers<() => void>()
  const component = new PushSchedulerComponent(app, {
    scheduler: {
      schedule: () => undefined,
      start: (done: (error: Error) => void) => done(new Error('no')),
      stop: (_force: boolean, done: () => void) => stopping.resolve(done),
    },
  })
  let hasStopped = false

  const error = await new Promise((resolve) => component.afterStart(resolve))
  const stopped = new Promise<void>((resolve) =>
    component.stop(false, () => {
      hasStopped = true
      resolve()
    }),
  )
  const done = await stopping.promise
  await new Promise(setImmediate)
  assert.equal(hasStopped, false)
  done()

  await stopped
  assert.equal(String(error), 'Error: no')
})
