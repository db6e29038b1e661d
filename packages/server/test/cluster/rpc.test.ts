import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { maxBodyBytes } from '../../src/bus/frame.ts'
import { createMemoryNetwork } from '../../src/bus/memory.ts'
import { callsSubject } from '../../src/bus/subjects.ts'
import { createRpc } from '../../src/cluster/rpc.ts'
import type { Service } from '../../src/cluster/rpc.ts'
import { ServerError } from '../../src/errors.ts'
import { openPair, openPeer } from './peers.ts'

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const answer =
  (value: string): Service =>
  async () =>
    Buffer.from(value)

test('a call is answered with what its service makes of the payload', async () => {
  await using pair = await openPair()
  pair.callee.rpc.serve('shout', async (payload) => Buffer.from(text(payload).toUpperCase()))

  assert.equal(await pair.caller.call(pair.callee, 'shout', Buffer.from('hello')), 'HELLO')
})

test('a server may call itself', async () => {
  await using peer = await openPeer()
  peer.rpc.serve('name', answer('me'))

  assert.equal(await peer.call(peer, 'name'), 'me')
})

test('a refusal crosses with its code, message and reply, and is not logged', async () => {
  await using pair = await openPair()
  pair.callee.rpc.serve('refuse', async () => {
    throw new ServerError('DENIED', 'not you', { reply: { code: 1 } })
  })

  await assert.rejects(pair.caller.call(pair.callee, 'refuse'), {
    name: 'ServerError',
    code: 'DENIED',
    message: 'not you',
    reply: { code: 1 },
  })
  assert.deepEqual(pair.callee.log.lines, [])
})

test('an unexpected exception becomes INTERNAL without its message, and is logged once', async () => {
  await using pair = await openPair()
  const error = new TypeError('a secret')
  pair.callee.rpc.serve('fail', () => Promise.reject(error))

  await assert.rejects(pair.caller.call(pair.callee, 'fail'), { code: 'INTERNAL', message: 'fail failed' })
  assert.deepEqual(pair.callee.log.lines, [
    { level: 'error', name: '', fields: { err: error, name: 'fail' }, message: 'a call failed' },
  ])
})

test('a service that throws before it makes a promise fails like any other', async () => {
  await using pair = await openPair()
  pair.callee.rpc.serve('fail', () => {
    throw new TypeError('a secret')
  })

  await assert.rejects(pair.caller.call(pair.callee, 'fail'), { code: 'INTERNAL' })
})

test('a refusal whose reply JSON cannot carry becomes INTERNAL, and the server lives', async () => {
  await using pair = await openPair()
  pair.callee.rpc.serve('name', answer('chat-1'))
  pair.callee.rpc.serve('refuse', async () => {
    throw new ServerError('DENIED', 'not you', { reply: 1n })
  })

  await assert.rejects(pair.caller.call(pair.callee, 'refuse'), { code: 'INTERNAL' })
  assert.equal(pair.callee.log.errors.length, 1)
  assert.equal(await pair.caller.call(pair.callee, 'name'), 'chat-1')
})

test('a result that the bus cannot carry fails as TOO_LARGE', async () => {
  await using pair = await openPair()
  pair.callee.rpc.serve('flood', async () => new Uint8Array(maxBodyBytes))

  await assert.rejects(pair.caller.call(pair.callee, 'flood'), { code: 'TOO_LARGE' })
})

test('a call to what is not served fails as NOT_FOUND', async () => {
  await using pair = await openPair()
  for (const name of ['nothing', 'toString', '__proto__', ''])
    await assert.rejects(pair.caller.call(pair.callee, name), {
      code: 'NOT_FOUND',
      message: `chat-1 serves no ${name}`,
    })
})

test('a call to a server that is not there fails at once, by name', async () => {
  await using peer = await openPeer()
  const nobody = { ...peer, address: { id: 'chat-9', incarnation: 1 } }

  await assert.rejects(peer.call(nobody, 'name'), { code: 'NO_SERVER', message: 'name: chat-9 is not there' })
})

test('a call that is meant for an earlier life of a server does not reach the later one', async () => {
  const network = createMemoryNetwork()
  await using caller = await openPeer(network, 'front-1')
  await using earlier = await openPeer(network, 'chat-1', 1)
  await using later = await openPeer(network, 'chat-1', 2)
  later.rpc.serve('name', answer('later'))
  network.crash(earlier.bus)

  await assert.rejects(caller.call(earlier, 'name'), { code: 'NO_SERVER' })
  assert.equal(await caller.call(later, 'name'), 'later')
})

test('a call that is not answered within its deadline fails as TIMEOUT, and its late answer is dropped', async () => {
  await using pair = await openPair()
  const late = Promise.withResolvers<Uint8Array>()
  pair.callee.rpc.serve('slow', () => late.promise)
  pair.callee.rpc.serve('name', answer('chat-1'))

  await assert.rejects(pair.caller.call(pair.callee, 'slow', new Uint8Array(), 20), {
    code: 'TIMEOUT',
    message: 'slow: chat-1 did not answer in time',
  })
  late.resolve(Buffer.from('late'))

  assert.equal(await pair.caller.call(pair.callee, 'name'), 'chat-1')
})

test('a call whose deadline has passed is not sent', async () => {
  await using pair = await openPair()
  let served = 0
  pair.callee.rpc.serve('count', async () => Buffer.of(++served))

  await assert.rejects(pair.caller.call(pair.callee, 'count', new Uint8Array(), 0), { code: 'TIMEOUT' })
  await pair.caller.call(pair.callee, 'count')

  assert.equal(served, 1)
})

test('the deadline travels with a call and shrinks at each hop', async (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1_000_000 })
  const network = createMemoryNetwork()
  await using first = await openPeer(network, 'a-1')
  await using second = await openPeer(network, 'b-1')
  await using third = await openPeer(network, 'c-1')
  const deadlines: number[] = []
  second.rpc.serve('hop', async (payload, deadline) => {
    deadlines.push(deadline)
    t.mock.timers.tick(300)
    return second.rpc.call(third.address, 'end', payload, deadline)
  })
  third.rpc.serve('end', async (payload, deadline) => {
    deadlines.push(deadline - Date.now())
    return payload
  })

  await first.call(second, 'hop', Buffer.from('x'), 1_000)

  assert.deepEqual(deadlines, [1_001_000, 700])
})

test('a call in flight fails at once when its callee crashes', async () => {
  await using pair = await openPair()
  const begun = Promise.withResolvers<undefined>()
  pair.callee.rpc.serve('never', () => {
    begun.resolve(undefined)
    return new Promise(() => undefined)
  })
  const call = pair.caller.call(pair.callee, 'never', new Uint8Array(), 3_600_000)
  await begun.promise

  pair.network.crash(pair.callee.bus)

  await assert.rejects(call, { code: 'NO_SERVER', message: 'never: chat-1 is not there' })
})

test('work that is held back is done in the order in which it came, but not for a caller who is lost meanwhile', async () => {
  await using pair = await openPair()
  await using other = await openPeer(pair.network, 'front-2')
  const done: string[] = []
  const hold = Promise.withResolvers<void>()
  const arrived = Promise.withResolvers<void>()
  pair.callee.rpc.serveWork('work', async (payload) => {
    done.push(text(payload))
    return payload
  })
  pair.callee.rpc.serve('arrived', async (payload) => {
    arrived.resolve()
    return payload
  })
  pair.callee.rpc.work.hold(hold.promise)
  const lost = assert.rejects(other.call(pair.callee, 'work', Buffer.from('lost')), { code: 'NO_SERVER' })
  void other.call(pair.callee, 'arrived')
  await arrived.promise
  const calls = ['first', 'second'].map((name) => pair.caller.call(pair.callee, 'work', Buffer.from(name)))
  await pair.caller.call(pair.callee, 'arrived')

  pair.network.crash(other.bus)
  await lost
  assert.deepEqual(done, [])
  hold.resolve()

  assert.deepEqual(await Promise.all(calls), ['first', 'second'])
  assert.deepEqual(done, ['first', 'second'])
  await pair.callee.rpc.idle()
})

test('what is told arrives, in order with calls, and is not answered', async () => {
  await using pair = await openPair()
  const seen: string[] = []
  for (const name of ['a', 'b', 'c'])
    pair.callee.rpc.serve(name, async (payload) => {
      seen.push(`${name}${text(payload)}`)
      return payload
    })

  pair.caller.rpc.tell(pair.callee.address, 'a', Buffer.from('1'))
  const call = pair.caller.call(pair.callee, 'b', Buffer.from('2'))
  pair.caller.rpc.tell(pair.callee.address, 'c', Buffer.from('3'))
  await call
  await turn()

  assert.deepEqual(seen, ['a1', 'b2', 'c3'])
})

test('what is told to nobody is lost without a word', async () => {
  await using peer = await openPeer()

  peer.rpc.tell({ id: 'chat-9', incarnation: 1 }, 'name', new Uint8Array())

  await peer.rpc.idle()
})

test('what is told and fails is logged where it fails', async () => {
  await using pair = await openPair()
  pair.callee.rpc.serve('fail', () => Promise.reject(new TypeError('a secret')))
  pair.callee.rpc.serve('name', answer('chat-1'))

  pair.caller.rpc.tell(pair.callee.address, 'fail', new Uint8Array())
  await pair.caller.call(pair.callee, 'name')

  assert.equal(pair.callee.log.errors.length, 1)
})

test('a server is idle when the calls that it made and those that it serves have ended', async () => {
  await using pair = await openPair()
  const released = Promise.withResolvers<undefined>()
  const begun = Promise.withResolvers<undefined>()
  pair.callee.rpc.serve('wait', async (payload) => {
    begun.resolve(undefined)
    await released.promise
    return payload
  })
  const ended: string[] = []
  const call = pair.caller.call(pair.callee, 'wait').then(() => ended.push('call'))
  await begun.promise

  const idle = [
    pair.caller.rpc.idle().then(() => ended.push('caller idle')),
    pair.callee.rpc.idle().then(() => ended.push('callee idle')),
  ]
  await turn()
  await turn()
  assert.deepEqual(ended, [])
  released.resolve(undefined)
  await Promise.all([call, ...idle])

  assert.equal(ended[0], 'call')
  assert.equal(ended.length, 3)
})

test('a server that calls again as soon as it is answered is not idle in between', async () => {
  await using pair = await openPair()
  pair.callee.rpc.serve('name', answer('chat-1'))
  let calls = 0
  async function callThrice(): Promise<void> {
    for (let n = 0; n < 3; n++) {
      await pair.caller.call(pair.callee, 'name')
      calls++
    }
  }

  const calling = callThrice()
  await pair.caller.rpc.idle()

  assert.equal(calls, 3)
  await calling
})

test('a server that was never called is idle', async () => {
  await using peer = await openPeer()

  await peer.rpc.idle()
})

test('whatever bytes arrive as a call, it is answered and the next one is served', async () => {
  await using pair = await openPair()
  pair.callee.rpc.serve('name', answer('chat-1'))
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 32 }), async (bytes) => {
      const reply = await pair.caller.bus.request(callsSubject(pair.callee.address), bytes, 5_000)

      assert.equal(reply[0], 1)
    }),
  )

  assert.equal(await pair.caller.call(pair.callee, 'name'), 'chat-1')
})

test('a server that has closed serves no more', async () => {
  await using pair = await openPair()
  pair.callee.rpc.serve('name', answer('chat-1'))

  pair.callee.rpc.close()
  await turn()

  await assert.rejects(pair.caller.call(pair.callee, 'name'), { code: 'NO_SERVER' })
})

test("what fails of the framework's own calls names neither the call nor the server: clients hear of it", async () => {
  await using peer = await openPeer()
  const nobody = { ...peer, address: { id: 'chat-9', incarnation: 1 } }

  await assert.rejects(peer.call(nobody, '$call'), {
    code: 'NO_SERVER',
    message: 'the server that was asked is not there',
  })
})

test('a call that the bus refuses is told so by name', async () => {
  const network = createMemoryNetwork()
  await using callee = await openPeer(network, 'chat-1')
  const bus = network.createBus({ maxPendingRequests: 1 })
  await bus.open()
  const caller = createRpc({
    bus,
    self: { id: 'front-1', incarnation: 1 },
    log: callee.log,
    callTimeoutMs: 1,
  })
  const released = Promise.withResolvers<Uint8Array>()
  callee.rpc.serve('wait', () => released.promise)
  const deadline = Date.now() + 10_000
  const first = caller.call(callee.address, 'wait', new Uint8Array(), deadline)

  await assert.rejects(caller.call(callee.address, 'wait', new Uint8Array(), deadline), {
    code: 'BUSY',
    message: 'wait: chat-1 has too much waiting for it',
  })
  released.resolve(new Uint8Array())

  await first
  await bus.close()
})
