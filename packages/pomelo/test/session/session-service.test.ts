import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Sessions } from '../fixtures/sessions.ts'

/** Resolves with the message of the error that a function calls back with. */
function errorOf(run: (callback: (error?: Error) => void) => void): Promise<string | undefined> {
  return new Promise((resolve) => run((error) => resolve(error?.message)))
}

test('a session is found by its id, and by its uid while it is bound', async () => {
  const sessions = new Sessions()
  const { service } = sessions
  const session = sessions.open()

  assert.equal(service.get(session.id), session)
  assert.equal(service.getByUid('ada'), undefined)
  assert.equal(await errorOf((done) => service.bind(session.id, 'ada', done)), undefined)
  assert.deepEqual(service.getByUid('ada'), [session])
  assert.equal(sessions.at(session).kept['uid'], 'ada')
  assert.equal(await errorOf((done) => service.unbind(session.id, 'ada', done)), undefined)
  assert.equal(service.getByUid('ada'), undefined)
  assert.equal(sessions.at(session).kept['uid'], undefined)
})

test('a uid may have several sessions, and 1 and "1" are one uid', () => {
  const sessions = new Sessions()
  const first = sessions.open(1)
  const second = sessions.open('1')

  assert.deepEqual(sessions.service.getByUid(1), [first, second])
  assert.equal(first.uid, 1)
})

test('a second session of a uid is refused where there may be one', async () => {
  const sessions = new Sessions({ singleSession: true })
  sessions.open('ada')
  const other = sessions.open()

  const error = await errorOf((done) => sessions.service.bind(other.id, 'ada', done))

  assert.match(String(error), /singleSession is enabled/)
  assert.equal(other.uid, null)
})

test('what is no uid is refused, and so is another uid and a session that is gone', async () => {
  const sessions = new Sessions()
  const { service } = sessions
  for (const uid of [undefined, null, {}, [], '', true]) {
    const { id } = sessions.open()
    const error = await errorOf((done) => service.bind(id, uid as never, done))
    assert.equal(error, 'a uid is a text or a number')
  }
  const ada = sessions.open('ada')
  const error = await errorOf((done) => service.bind(ada.id, 'bob', done))
  assert.equal(error, 'session has already bind with ada')
  assert.equal(await errorOf((done) => service.bind(77, 'ada', done)), 'session does not exist, sid: 77')
  assert.equal(await errorOf((done) => service.unbind(77, 'ada', done)), 'session does not exist, sid: 77')
})

test('a kick ends all sessions of a uid, with what the client is told', async () => {
  const sessions = new Sessions()
  const both = [sessions.open('ada'), sessions.open('ada')]
  const other = sessions.open('bob')

  assert.equal(await errorOf((done) => sessions.service.kick('ada', 'too loud', done)), undefined)

  for (const session of both) assert.deepEqual(sessions.at(session).reasons, ['too loud'])
  assert.equal(sessions.service.getByUid('ada'), undefined)
  assert.deepEqual(sessions.at(other).reasons, [])
  assert.equal(await errorOf((done) => sessions.service.kickBySessionId(other.id, done)), undefined)
  assert.deepEqual(sessions.at(other).reasons, ['kick'])
  assert.equal(await errorOf((done) => sessions.service.kickBySessionId(other.id, done)), undefined)
  assert.equal(sessions.service.getSessionsCount(), 0)
})

test('what is sent by uid reaches all sessions of it, and it is told whether there are any', () => {
  const sessions = new Sessions()
  const both = [sessions.open('ada'), sessions.open('ada')]

  assert.equal(sessions.service.sendMessageByUid('ada', 'hi'), true)
  assert.equal(sessions.service.sendMessageByUid('bob', 'hi'), false)
  assert.equal(sessions.service.sendMessage(both[0]!.id, 'ho'), true)
  assert.equal(sessions.service.sendMessage(77, 'ho'), false)
  assert.deepEqual(sessions.at(both[0]!).sent, ['hi', 'ho'])
  assert.deepEqual(sessions.at(both[1]!).sent, ['hi'])
})

test('sessions may be closed while they are looked at', () => {
  const sessions = new Sessions()
  for (const uid of ['ada', 'bob', undefined]) sessions.open(uid)
  const seen: unknown[] = []

  sessions.service.forEachBindedSession((session) => {
    seen.push(session.uid)
    sessions.service.kick('bob')
  })
  sessions.service.forEachSession((session) => seen.push(session.id))

  assert.deepEqual(seen, ['ada', 'bob', 1, 3])
})

test("settings that are pushed are the session's and travel with it", async () => {
  const sessions = new Sessions()
  const session = sessions.open('ada')

  assert.equal(await errorOf((done) => sessions.service.import(session.id, 'rid', 7, done)), undefined)
  assert.equal(await errorOf((done) => sessions.service.importAll(session.id, { a: 1 }, done)), undefined)

  assert.deepEqual(session.settings, { rid: 7, a: 1 })
  assert.deepEqual(sessions.at(session).kept, { uid: 'ada', rid: 7, a: 1 })
  session.remove('rid')
  assert.deepEqual([session.get('rid'), sessions.at(session).kept['rid']], [undefined, undefined])
  assert.match(String(await errorOf((done) => sessions.service.import(77, 'a', 1, done))), /does not exist/)
})

test('the address of a client is told as long as it is there', () => {
  const sessions = new Sessions()
  const { id } = sessions.open()

  assert.equal(sessions.service.getClientAddressBySessionId(id)?.ip, '192.0.2.1')
  assert.equal(sessions.service.getClientAddressBySessionId(77), null)
})

test('a listener that throws keeps nobody connected', async () => {
  const sessions = new Sessions()
  const both = [sessions.open('ada'), sessions.open('ada')]
  both[0]!.on('closed', () => {
    throw new Error('oops')
  })

  await new Promise((resolve) => sessions.service.kick('ada', 'enough', resolve))

  assert.deepEqual(
    both.map((session) => sessions.at(session).reasons),
    [['enough'], ['enough']],
  )
})

test('0 is a uid as others are', async () => {
  const sessions = new Sessions()
  const session = sessions.open(0)

  const error = await errorOf((done) => sessions.service.bind(session.id, 5, done))
  session.closed()

  assert.match(String(error), /already bind with 0/)
  assert.equal(sessions.service.getByUid(0), undefined)
  assert.equal(sessions.service.getByUid(5), undefined)
})
