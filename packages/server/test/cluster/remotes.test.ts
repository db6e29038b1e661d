import assert from 'node:assert/strict'
import { test } from 'node:test'
import { serveRemotes } from '../../src/cluster/remotes.ts'
import { encodeValue } from '../../src/cluster/values.ts'
import { listMethods } from '../../src/dispatch/route-table.ts'
import { ServerError } from '../../src/errors.ts'
import { TimerWheel } from '../../src/timer-wheel.ts'
import { openPair } from './peers.ts'

/** A chat server whose one remote is `object`. */
async function serve(object: object) {
  const pair = await openPair()
  const timers = new TimerWheel({ tickMs: 5, unref: false })
  serveRemotes({
    rpc: pair.callee.rpc,
    timers,
    type: 'chat',
    methods: listMethods(new Map([['rooms', object]])),
  })
  return {
    ...pair,
    call: (method: string, args: readonly unknown[] = [], timeoutMs = 10_000) =>
      pair.caller.call(pair.callee, `chat.rooms.${method}`, encodeValue(args), timeoutMs),
    async [Symbol.asyncDispose]() {
      timers.close()
      await pair[Symbol.asyncDispose]()
    },
  }
}

test('a remote gets its arguments and answers with JSON, at once or later', async () => {
  await using chat = await serve({
    join: (...parts: string[]) => parts.join(),
    later: async (value: unknown) => ({ value, at: new Date(0) }),
    nothing: () => undefined,
  })

  assert.equal(await chat.call('join', ['a', 'b']), '"a,b"')
  assert.equal(await chat.call('later', [null]), '{"value":null,"at":"1970-01-01T00:00:00.000Z"}')
  assert.equal(await chat.call('nothing'), '')
})

test('a remote that refuses is passed on, one that fails is logged and tells nothing', async () => {
  await using chat = await serve({
    refuse: () => Promise.reject(new ServerError('DENIED', 'not you')),
    fail: () => assert.fail('a secret'),
    answerWrong: () => 1n,
  })

  await assert.rejects(chat.call('refuse'), { code: 'DENIED', message: 'not you' })
  assert.deepEqual(chat.callee.log.errors, [])
  for (const method of ['fail', 'answerWrong']) {
    await assert.rejects(chat.call(method), {
      code: 'INTERNAL',
      message: `chat.rooms.${method} failed`,
    })
    assert.equal(chat.callee.log.errors.splice(0).length, 1)
    chat.callee.log.lines.length = 0
  }
})

test('a remote that never answers fails at the deadline, so that its server becomes idle', async () => {
  await using chat = await serve({ wait: () => new Promise(() => undefined) })

  await assert.rejects(chat.call('wait', [], 20), { code: 'TIMEOUT' })
  await chat.callee.rpc.idle()
})

test('what is no list of arguments fails and harms nobody', async () => {
  await using chat = await serve({ name: () => 'chat' })
  for (const payload of ['', '{', '5', 'null', '{}'])
    await assert.rejects(chat.caller.call(chat.callee, 'chat.rooms.name', Buffer.from(payload)), {
      code: 'INTERNAL',
    })

  assert.equal(await chat.call('name'), '"chat"')
})
