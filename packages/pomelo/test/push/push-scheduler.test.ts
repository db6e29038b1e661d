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
