import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Sessions } from '../fixtures/sessions.ts'

test('what a request sets of a session is its own until it is pushed', async () => {
  const session = new Sessions().open('ada')
  const [first, second] = [session.toFrontendSession(), session.toFrontendSession()]

  first.set('rid', 'hall')

  assert.equal(first.get('rid'), 'hall')
  assert.deepEqual([second.get('rid'), session.get('rid')], [undefined, undefined])
  await new Promise((resolve) => first.push('rid', resolve))
  assert.equal(session.get('rid'), 'hall')
  assert.equal(session.toFrontendSession().get('rid'), 'hall')
})

test('a setting is no property that all objects have', () => {
  const session = new Sessions().open()

  assert.equal(session.get('constructor'), undefined)
  assert.equal(session.toFrontendSession().get('toString'), undefined)
})

test('who binds through a request is bound, there and in the session', async () => {
  const session = new Sessions().open()
  const request = session.toFrontendSession()

  await new Promise((resolve) => request.bind('ada', resolve))

  assert.deepEqual([request.uid, session.uid], ['ada', 'ada'])
  assert.deepEqual(request.export(), { id: 1, frontendId: 'connector-1', uid: 'ada', settings: {} })
  await new Promise((resolve) => request.unbind('ada', resolve))
  assert.deepEqual([request.uid, session.uid], [null, null])
})

test('a listener of "closed" is called once, with who it was and why', () => {
  const sessions = new Sessions()
  const session = sessions.open('ada')
  session.set('rid', 'hall')
  const seen: unknown[] = []
  session.toFrontendSession().on('closed', (left, reason) => {
    const { uid, settings } = left as typeof session
    seen.push(uid, settings, reason)
  })

  session.closed('too loud')
  session.closed('again')

  assert.deepEqual(seen, ['ada', { rid: 'hall' }, 'too loud'])
  assert.deepEqual(sessions.at(session).reasons, ['too loud'])
})

test('a listener that is removed, or that listens once, is left in peace', () => {
  const session = new Sessions().open()
  const request = session.toFrontendSession()
  const seen: unknown[] = []
  const listener = () => seen.push('removed')
  request.on('bind', listener).removeListener('bind', listener)
  request.once('bind', () => seen.push('once'))

  session.bind('ada')
  session.bind('ada')

  assert.deepEqual(seen, ['once'])
})
