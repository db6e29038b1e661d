import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import type { Bus } from '../../src/bus/bus.ts'
import { frameKinds, frameOf } from '../../src/bus/frame.ts'
import { decodeHello, encodeHello } from '../../src/bus/hello.ts'
import type { ServerError } from '../../src/errors.ts'
import { ask, bytes, echo, Notebook, text } from './messages.ts'
import { NatsNetwork } from './nats-network.ts'
import { startNatsServer } from './nats-server.ts'
import { RawNatsPeer } from './raw-nats-peer.ts'

const server = await startNatsServer()
after(() => server[Symbol.asyncDispose]())

/** A bus that another one can ask to `echo`, and a bare peer that has just been heard of. */
async function openWithPeer() {
  const network = new NatsNetwork(server.address)
  const errors = new Notebook()
  const [bus] = (await network.open(1, {
    signMs: 250,
    onError: (error, source) => errors.write(`${source}: ${String(error)}`),
  })) as [Bus]
  bus.subscribe('echo', echo)
  const peer = await RawNatsPeer.open(server.address, network.prefix)
  return {
    network,
    bus,
    peer,
    errors,
    /** Lets the bus call, and answers it as link 1, on which `raw` is subscribed to. */
    async link() {
      peer.sign('+')
      const call = await peer.next()
      peer.say(call.from, 1, 0, [encodeHello('raw', [[1, 'raw']])])
      await until(() => ask(bus, 'raw', '', 1), 'TIMEOUT')
      while ((await peer.next()).frames[0]?.kind !== frameKinds.request);
      return call
    },
    async [Symbol.asyncDispose]() {
      await network[Symbol.asyncDispose]()
      await peer[Symbol.asyncDispose]()
    },
  }
}

/** Tries until it fails so. */
async function until(attempt: () => Promise<unknown>, code: string): Promise<void> {
  const codeOf = (error: unknown) => (error as ServerError).code
  while ((await attempt().catch(codeOf)) !== code) await setImmediate()
}

test('who is heard of is called, with all that is subscribed to, and asked once it has answered', async () => {
  await using cluster = await openWithPeer()
  const { bus, peer } = cluster

  peer.sign('+')
  const call = await peer.next()
  assert.equal(call.message, 0)
  assert.deepEqual(decodeHello(call.frames[0]!).subjects, [[1, 'echo']])
  await assert.rejects(ask(bus, 'raw'), { code: 'NO_SERVER' })
  peer.say(call.from, 7, 0, [encodeHello('raw', [[4, 'raw']])])
  await until(() => ask(bus, 'raw', '', 1), 'TIMEOUT')
  const request = await peer.next()
  const answer = ask(bus, 'raw', 'question')
  const { link, frames } = await peer.next()

  assert.equal(link, call.link)
  assert.deepEqual(
    [request.frames[0]?.subject, frames[0]?.subject, text(frames[0]?.body ?? bytes(''))],
    [4, 4, 'question'],
  )
  peer.say(call.from, 7, 1, [frameOf(frameKinds.reply, 0, frames[0]?.request, bytes('answer'))])
  assert.equal(await answer, 'answer')
})

test('who misses a message drops the link, calls again and says so', async () => {
  await using cluster = await openWithPeer()
  const { bus, peer, errors } = cluster
  const { from, link } = await cluster.link()
  const asked = ask(bus, 'raw')

  peer.say(from, 1, 2, [frameOf(frameKinds.publish, 1)])

  await assert.rejects(asked, { code: 'NO_SERVER' })
  await assert.rejects(ask(bus, 'raw'), { code: 'NO_SERVER' })
  assert.deepEqual(errors.lines, ['raw: ServerError: NATS has lost messages'])
  let again
  do again = await peer.next()
  while (again.message !== 0)
  assert.notEqual(again.link, link)
  // of the old link nothing is heard any more, on the new one it is
  peer.say(from, 1, 1, [frameOf(frameKinds.subscribe, 2, 0, bytes('old'))])
  peer.say(from, 2, 0, [encodeHello('raw', [[1, 'new']])])
  await until(() => ask(bus, 'new', '', 1), 'TIMEOUT')
  await assert.rejects(ask(bus, 'old'), { code: 'NO_SERVER' })
})

test('who begins a new link has lost the old one', async () => {
  await using cluster = await openWithPeer()
  const { bus, peer } = cluster
  const { from, link } = await cluster.link()
  const asked = ask(bus, 'raw')

  peer.say(from, 2, 0, [encodeHello('raw', [[1, 'new']])])

  await assert.rejects(asked, { code: 'NO_SERVER' })
  await until(() => ask(bus, 'new', '', 1), 'TIMEOUT')
  await assert.rejects(ask(bus, 'raw'), { code: 'NO_SERVER' })
  let call
  do call = await peer.next()
  while (call.message !== 0)
  assert.notEqual(call.link, link)
})

test('who says something on a link that is not known is called', async () => {
  await using cluster = await openWithPeer()
  const { peer } = cluster
  const { from, link } = await cluster.link()

  for (const stray of [3, 30]) {
    peer.say(from, stray, 5, [frameOf(frameKinds.publish, 1)])
    let call
    do call = await peer.next()
    while (call.message !== 0)
    assert.notEqual(call.link, link)
    peer.say(from, stray + 10, 0, [encodeHello('raw', [[1, 'raw']])])
  }
})

test('what waits for a bus that says that it is gone fails at once', async () => {
  await using cluster = await openWithPeer()
  const { bus, peer } = cluster
  await cluster.link()
  const asked = assert.rejects(ask(bus, 'raw'), { code: 'NO_SERVER' })

  peer.sign('-')

  await asked
  await assert.rejects(ask(bus, 'raw'), { code: 'NO_SERVER' })
})

test('who is there stays linked, though another bus says that nobody hears it', async () => {
  await using cluster = await openWithPeer()
  const { bus, peer } = cluster
  const { from } = await cluster.link()
  const answer = ask(bus, 'raw', 'wait')
  const { frames } = await peer.next()

  peer.sign('?')
  peer.say(from, 1, 1, [frameOf(frameKinds.reply, 0, frames[0]?.request, bytes('well'))])

  assert.equal(await answer, 'well')
})

test('who hears from NATS that a bus is gone says so to all', async () => {
  await using network = new NatsNetwork(server.address)
  const buses = (await network.open(3, { signMs: 600_000 })) as [Bus, Bus, Bus]
  const peer = await RawNatsPeer.open(server.address, network.prefix)
  peer.sign('+')
  for (const _ of buses) peer.say((await peer.next()).from, 1, 0, [encodeHello('raw', [[1, 'raw']])])
  for (const bus of buses) await until(() => ask(bus, 'raw', '', 1), 'TIMEOUT')
  const [first, ...others] = buses
  const asked = others.map((bus) =>
    assert.rejects(bus.request('raw', bytes('wait'), Infinity), { code: 'NO_SERVER' }),
  )
  for (let heard = 0; heard < others.length;) {
    const [frame] = (await peer.next()).frames
    if (text(frame?.body ?? bytes('')) === 'wait') heard++
  }

  await peer[Symbol.asyncDispose]()
  // NATS may not have seen yet that it is gone
  await until(() => ask(first, 'raw', '', 10), 'NO_SERVER')

  await Promise.all(asked)
})

test('who does not speak this version is reported, and not called again until it is gone', async () => {
  await using cluster = await openWithPeer()
  const { network, bus, peer, errors } = cluster
  peer.sign('+')
  const call = await peer.next()
  const hello = { version: 99, name: 'future', subjects: [[1, 'raw']] }
  const future = frameOf(frameKinds.hello, 0, 0, Buffer.from(JSON.stringify(hello)))

  peer.say(call.from, 1, 0, [future])
  await errors.until(1)
  peer.sign('+')
  peer.say(call.from, 2, 0, [future])
  await peer.flush()
  // the others do not mind
  const [other] = (await network.open(1)) as [Bus]
  assert.equal(await ask(other, 'echo', 'well'), 'well')

  assert.deepEqual(errors.lines, [
    'future: ProtocolError: future speaks version 99 of the link protocol, this process 1',
  ])
  await assert.rejects(ask(bus, 'raw'), { code: 'NO_SERVER' })
  peer.sign('-')
  peer.sign('+')
  assert.notEqual((await peer.next()).link, call.link)
})

const nonsense: [string, Uint8Array][] = [
  ['no hello', Buffer.from('0000000a0600000000000000002a', 'hex')],
  ['no frames', Buffer.from('ffffffff', 'hex')],
]
for (const [what, body] of nonsense) {
  test(`who begins with ${what} is reported and not listened to`, async () => {
    await using cluster = await openWithPeer()
    const { network, bus, peer, errors } = cluster
    peer.sign('+')
    const call = await peer.next()

    peer.say(call.from, 1, 0, body)
    await errors.until(1)
    for (const short of ['', '00', '00000001000000']) peer.say(call.from, 1, 1, Buffer.from(short, 'hex'))
    peer.sign('+', '')
    peer.sign('')

    const [other] = (await network.open(1)) as [Bus]
    assert.equal(await ask(other, 'echo', 'well'), 'well')
    assert.match(errors.lines[0] ?? '', /^raw-peer-000: ProtocolError: /)
    await assert.rejects(ask(bus, 'raw'), { code: 'NO_SERVER' })
  })
}

test('who is called and does not answer is called again when it is heard of again', async () => {
  await using cluster = await openWithPeer()
  const { peer } = cluster
  peer.sign('+')
  const first = await peer.next()

  let second = first
  const signs = setInterval(() => peer.sign('+'), 10)
  while (second.link === first.link) second = await peer.next()
  clearInterval(signs)

  assert.equal(second.message, 0)
})
