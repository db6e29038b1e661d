import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Channel } from '../../src/channel/channel.ts'

const quiet = {
  push: () => undefined,
  destroyChannel: () => undefined,
  memberAdded: () => undefined,
  memberLeft: () => undefined,
}

test('a member is in once per frontend, until it leaves', () => {
  const channel = new Channel('hall', quiet)

  assert.equal(channel.add('ada', 'connector-1'), true)
  assert.equal(channel.add('ada', 'connector-1'), true)
  assert.equal(channel.add('ada', 'connector-2'), true)
  assert.equal(channel.getUserAmount(), 2)
  assert.deepEqual(channel.getMember('ada'), { uid: 'ada', sid: 'connector-2' })
  assert.equal(channel.leave('ada', 'connector-2'), true)
  assert.deepEqual(channel.getMembers(), ['ada'])
  assert.equal(channel.leave('ada', 'connector-1'), true)
  assert.deepEqual([channel.getMembers(), channel.getUserAmount()], [[], 0])
})

test('who is not in cannot leave', () => {
  const channel = new Channel('hall', quiet)
  channel.add(1, 'connector-1')

  for (const [uid, sid] of [
    ['1', 'connector-1'],
    [1, 'connector-2'],
    [1, ''],
    ['', 'connector-1'],
  ] as const) {
    assert.equal(channel.leave(uid, sid), false)
  }
  assert.equal(channel.getUserAmount(), 1)
})

test('names that objects have anyway are names like others', () => {
  const channel = new Channel('hall', quiet)

  channel.add('__proto__', 'constructor')

  assert.deepEqual(channel.getMembers(), ['__proto__'])
  assert.deepEqual(channel.getMember('__proto__'), { uid: '__proto__', sid: 'constructor' })
  assert.equal(channel.getMember('toString'), undefined)
})

test('a channel that is destroyed takes nobody, and pushes nothing', async () => {
  const channel = new Channel('hall', quiet)
  channel.destroy()

  assert.equal(channel.add('ada', 'connector-1'), false)
  const error = await new Promise<Error>((resolve) => channel.pushMessage('onChat', {}, resolve))
  assert.equal(error.message, 'channel is not running now')
})
