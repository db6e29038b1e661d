import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createBufferScheduler } from '../../src/push/buffer.ts'
import { Sessions } from '../fixtures/sessions.ts'

const appOf = ({ service }: Sessions) =>
  ({ get: (key: string) => (key === 'sessionService' ? service : undefined) }) as never

test('what is pushed within a while is sent together, in order', async () => {
  const sessions = new Sessions()
  const session = sessions.open('ada')
  const scheduler = createBufferScheduler(appOf(sessions), { flushInterval: 1 })
  const sent = new Promise<void>((resolve) => {
    session.sendBatch = (messages) => resolve(assert.deepEqual(messages, ['first', 'second']))
  })

  scheduler.schedule(null, 'onChat', 'first', [session.id], {})
  scheduler.schedule(null, 'onChat', 'second', null, {})
  assert.deepEqual(sessions.at(session).sent, [])
  scheduler.start?.()
  await sent

  scheduler.stop?.(false)
})

test('what waits is sent before a session is closed, and when the server stops', () => {
  const sessions = new Sessions()
  const [kicked, other] = [sessions.open('ada'), sessions.open('bob')]
  const scheduler = createBufferScheduler(appOf(sessions))
  scheduler.schedule(null, 'onChat', 'last words', null, {})

  kicked.closed('kick')

  assert.deepEqual([sessions.at(kicked).sent, sessions.at(other).sent], [['last words'], []])
  scheduler.stop?.(false)
  assert.deepEqual(sessions.at(other).sent, ['last words'])
})

test('a push calls back when it has been taken', async () => {
  const scheduler = createBufferScheduler(appOf(new Sessions()))

  const taken = new Promise((resolve) => scheduler.schedule(null, 'onChat', 'hi', [], {}, resolve))

  assert.equal(await taken, undefined)
})

test('a session is followed once, however often it is sent what waited', () => {
  const sessions = new Sessions()
  const session = sessions.open('ada')
  const scheduler = createBufferScheduler(appOf(sessions))
  const followed: string[] = []
  const once = session.once.bind(session)
  session.once = (event, listener) => {
    followed.push(event)
    return once(event, listener)
  }

  for (const message of ['first', 'second']) {
    scheduler.schedule(null, 'onChat', message, null, {})
    scheduler.stop?.(false)
  }

  assert.deepEqual(sessions.at(session).sent, ['first', 'second'])
  assert.deepEqual(followed, ['closed'])
})
