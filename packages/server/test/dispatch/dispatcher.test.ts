import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import { jsonCodec } from '@shaddock/protocol'
import { InFlight } from '../../src/in-flight.ts'
import { ClientCall } from '../../src/dispatch/call.ts'
import type { Call } from '../../src/dispatch/call.ts'
import { createDispatcher } from '../../src/dispatch/dispatcher.ts'
import type { DispatcherOptions } from '../../src/dispatch/dispatcher.ts'
import { SessionOrder } from '../../src/dispatch/order.ts'
import { listMethods } from '../../src/dispatch/route-table.ts'
import { ServerError } from '../../src/errors.ts'
import type { Session } from '../../src/session/session.ts'
import { TimerWheel } from '../../src/timer-wheel.ts'
import { infoOf } from '../cluster/network.ts'
import { RecordedLog } from '../fixtures/recorded-log.ts'

interface Sent {
  readonly route?: string
  readonly message?: unknown
  readonly sessionId?: number
  readonly timeoutMs?: number
}

/** A chat server whose one module is `object`; other types are forwarded to, and answer the body that they get. */
function createChat(object: object, options: Partial<DispatcherOptions> = {}) {
  const log = new RecordedLog()
  const inFlight = new InFlight()
  const timers = new TimerWheel({ tickMs: 5, unref: false })
  const forwarded: string[] = []
  const dispatch = createDispatcher({
    self: infoOf('chat-1'),
    handlers: listMethods(new Map([['talk', object]])),
    filters: [],
    unordered: new Set(),
    order: new SessionOrder(10),
    codec: jsonCodec,
    timers,
    inFlight,
    log,
    pick: (type) => infoOf(`${type}-7`),
    forward: async (server, call) => {
      forwarded.push(`${server.id} ${call.route}`)
      return call.body
    },
    ...options,
  })
  async function call({ route = 'chat.talk.say', message = {}, sessionId = 1, timeoutMs = 10_000 }: Sent) {
    const session = {
      id: sessionId,
      frontendId: 'front-1',
      key: `front-1@1/${sessionId}`,
      uid: null,
    } as Session
    const body = jsonCodec.encode(route, message)
    const deadline = Date.now() + timeoutMs
    const answer = await dispatch(new ClientCall({ route, session, deadline, body, codec: jsonCodec }))
    return Buffer.from(answer).toString()
  }
  return { call, log, inFlight, forwarded, [Symbol.dispose]: () => timers.close() }
}

test("a call to the server's own type goes to its handler, with the message and the session", async () => {
  using chat = createChat({ say: (message: unknown, session: Session) => ({ message, id: session.id }) })

  assert.equal(await chat.call({ message: { text: 'hi' } }), '{"message":{"text":"hi"},"id":1}')
  assert.deepEqual(chat.forwarded, [])
})

test('a handler is also given the call: its route, and whether the client waits', async () => {
  using chat = createChat({
    say: (_message: unknown, _session: Session, { route, isAwaited }: Call) => ({ route, isAwaited }),
  })

  assert.equal(await chat.call({}), '{"route":"chat.talk.say","isAwaited":true}')
})

test('a call to another type is forwarded as it came to the server that is picked', async () => {
  using chat = createChat({})

  assert.equal(await chat.call({ route: 'gate.entry.query', message: { uid: 'ada' } }), '{"uid":"ada"}')
  assert.deepEqual(chat.forwarded, ['gate-7 gate.entry.query'])
})

test('a call to another type does not wait for calls that are handled here', async () => {
  const released = Promise.withResolvers<object>()
  using chat = createChat({ say: () => released.promise })

  const waiting = chat.call({})
  await chat.call({ route: 'gate.entry.query' })
  released.resolve({})

  assert.equal(await waiting, '{}')
})

for (const route of [
  '',
  'chat',
  'chat.talk',
  'chat.talk.nothing',
  'chat.nothing.say',
  'chat.talk.say.more',
  'chat.talk.constructor',
  'chat.talk.toString',
  'chat.__proto__.toString',
  'gate',
  'gate.entry',
  'gate.entry.query.more',
  '.entry.query',
  '..',
]) {
  test(`the route ${JSON.stringify(route)} is nowhere, and is not forwarded`, async () => {
    using chat = createChat({ say: () => ({}) })

    await assert.rejects(chat.call({ route }), { code: 'NOT_FOUND', message: `no handler for ${route}` })
    assert.deepEqual(chat.forwarded, [])
    assert.deepEqual(chat.log.lines, [])
  })
}

test('a handler that answers nothing answers an empty object', async () => {
  using chat = createChat({ say: () => undefined })

  assert.equal(await chat.call({}), '{}')
})

const cycle: { self?: object } = {}
cycle.self = cycle
function nested(depth: number): object {
  let value = {}
  for (let n = 0; n < depth; n++) value = [value]
  return value
}

for (const [what, say] of [
  ['throws', () => assert.fail('a secret')],
  ['rejects', () => Promise.reject(new Error('a secret'))],
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- applications may
  ['rejects with what is no error', () => Promise.reject('a secret')],
  ['answers what JSON has no word for', () => ({ secret: 1n })],
  ['answers with itself inside itself', () => cycle],
  ['answers deeper than JSON goes', () => nested(100_000)],
] as const) {
  test(`a handler that ${what} fails as INTERNAL without a secret, and is logged once with its route`, async () => {
    using chat = createChat({ say })

    await assert.rejects(chat.call({}), {
      name: 'ServerError',
      code: 'INTERNAL',
      message: 'chat.talk.say failed',
      reply: undefined,
    })
    const [line, ...more] = chat.log.lines
    assert.equal(line?.level, 'error')
    assert.partialDeepStrictEqual(line.fields, { route: 'chat.talk.say', session: 1 })
    assert.ok('err' in line.fields)
    assert.deepEqual(more, [])
  })
}

test('the log of a failed handler has its stack', async () => {
  using chat = createChat({ say: () => assert.fail('a secret') })

  await chat.call({}).catch(() => undefined)

  assert.match((chat.log.lines[0]?.fields['err'] as Error).stack ?? '', /dispatcher\.test\.ts/)
})

test('a refusal of a handler is passed on as it is, and not logged', async () => {
  const refusal = new ServerError('DENIED', 'not you', { reply: { code: 1 } })
  using chat = createChat({ say: () => Promise.reject(refusal) })

  await assert.rejects(chat.call({}), (error) => error === refusal)
  assert.deepEqual(chat.log.lines, [])
})

test('a handler that never answers fails as TIMEOUT at the deadline, and lets the next call in', async () => {
  let never = true
  using chat = createChat({ say: () => (never ? new Promise(() => undefined) : {}) })

  const first = assert.rejects(chat.call({ timeoutMs: 30 }), {
    code: 'TIMEOUT',
    message: 'chat.talk.say did not answer in time',
  })
  never = false
  const second = chat.call({})

  await first
  assert.equal(await second, '{}')
})

test('a call that waited until its deadline had passed is not handled any more', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000 })
  const released = Promise.withResolvers<object>()
  let handled = 0
  using chat = createChat({ say: () => (handled++ === 0 ? released.promise : {}) })
  const first = chat.call({ timeoutMs: 10_000 })
  const second = chat.call({ timeoutMs: 500 })

  t.mock.timers.tick(500)
  released.resolve({})

  assert.equal(await first, '{}')
  await assert.rejects(second, { code: 'TIMEOUT', message: 'chat.talk.say came too late' })
  assert.equal(handled, 1)
})

test('calls of one session are handled one after the other, whatever their routes; others do not wait', async () => {
  const released = Promise.withResolvers<object>()
  const seen: string[] = []
  using chat = createChat({
    say: async ({ text }: { text: string }) => {
      seen.push(text)
      return text === 'slow' ? released.promise : {}
    },
    shout: async ({ text }: { text: string }) => void seen.push(text),
  })
  const calls = [
    chat.call({ message: { text: 'slow' } }),
    chat.call({ route: 'chat.talk.shout', message: { text: 'behind' } }),
  ]

  await chat.call({ sessionId: 2, message: { text: 'other' } })
  assert.deepEqual(seen, ['slow', 'other'])
  released.resolve({})
  await Promise.all(calls)

  assert.deepEqual(seen, ['slow', 'other', 'behind'])
})

test('calls to an unordered route wait for nobody, and nobody waits for them', async () => {
  const released = Promise.withResolvers<object>()
  using chat = createChat(
    { say: () => released.promise, look: () => ({ at: 'me' }) },
    { unordered: new Set(['chat.talk.look']) },
  )
  const waiting = chat.call({})

  assert.equal(await chat.call({ route: 'chat.talk.look' }), '{"at":"me"}')
  released.resolve({})
  await waiting
})

test('filters wrap the handlers of this server, and not what it forwards', async () => {
  const seen: string[] = []
  using chat = createChat(
    { say: () => 1 },
    {
      filters: [
        async (call, next) => {
          seen.push(call.route)
          return { result: await next() }
        },
      ],
    },
  )

  assert.equal(await chat.call({}), '{"result":1}')
  await chat.call({ route: 'gate.entry.query' })
  assert.deepEqual(seen, ['chat.talk.say'])
})

test('a filter that fails is logged as a handler is', async () => {
  using chat = createChat({ say: () => 1 }, { filters: [() => Promise.reject(new Error('a secret'))] })

  await assert.rejects(chat.call({}), { code: 'INTERNAL', message: 'chat.talk.say failed' })
  assert.equal(chat.log.errors.length, 1)
})

test('a server is not idle while it handles a call, nor while one waits', async () => {
  const released = Promise.withResolvers<object>()
  using chat = createChat({ say: () => released.promise })
  const calls = [chat.call({}), chat.call({})]
  let idle = false
  const waiting = chat.inFlight.idle().then(() => (idle = true))

  await turn()
  await turn()
  assert.equal(idle, false)
  released.resolve({})
  await Promise.all([...calls, waiting])
})
