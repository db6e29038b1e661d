import assert from 'node:assert/strict'
import { test } from 'node:test'
import { delayText, endText, refusalOf, unsentText } from '../../web-server/page/reasons.ts'

test('an answer that carries error: true means that the name is taken', () => {
  const refusal = refusalOf({ code: 500, message: '', body: { code: 500, error: true } }, 'ada', 'lobby')

  assert.deepEqual(refusal, {
    kind: 'taken',
    text: 'Somebody in lobby is called ada already. Choose another name.',
  })
})

test('a 500 without it is trouble of the servers, which passes', () => {
  assert.equal(
    refusalOf({ code: 500, message: 'internal error', body: { code: 500 } }, 'ada', 'lobby').kind,
    'busy',
  )
  assert.equal(refusalOf({ code: 503, message: 'no server', body: 'odd' }, 'ada', 'lobby').kind, 'busy')
})

test('a 400 is explained in the words of the server, as a sentence', () => {
  const refusal = refusalOf({ code: 400, message: 'username is too long' }, 'ada', 'lobby')

  assert.deepEqual(refusal, { kind: 'illegal', text: 'Username is too long.' })
})

test('servers that answer with a failure are told from servers that do not answer', () => {
  const answered = delayText({ code: 503, message: 'no connector', body: { code: 503 } })
  const silent = delayText(new Error('connection ended'))

  assert.equal(answered, 'The chat lets nobody in just now. Still trying…')
  assert.equal(silent, 'The chat does not answer. Still trying…')
})

test('a message to somebody who has left says so', () => {
  const failure = { code: 404, message: 'no such user', body: { code: 404 } }

  assert.equal(unsentText(failure, 'bob'), 'Not sent: bob is not here any more.')
})

test('a message without an answer may have arrived', () => {
  for (const code of [408, 503]) {
    const failure = { code, message: 'connection lost', body: undefined }
    assert.equal(unsentText(failure, '*'), 'No answer came: it may have arrived or not.')
  }
})

test('a message that the servers failed at has not arrived', () => {
  const failure = { code: 503, message: 'no server', body: { code: 503 } }

  assert.equal(unsentText(failure, '*'), 'Not sent: the servers had a problem.')
})

test('whoever is kicked is told why', () => {
  assert.equal(endText({ reason: 'kicked', kick: 'spam' }), 'You were sent out: spam.')
  assert.equal(endText({ reason: 'kicked' }), 'You were sent out.')
})

test('any other end invites to enter again', () => {
  assert.equal(endText({ reason: 'protocol' }), 'The connection ended. Enter again.')
  assert.equal(endText(undefined), 'The connection ended. Enter again.')
})
