import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import type { Bus } from '../../src/bus/bus.ts'
import { encodeFrames, frameKinds, frameOf } from '../../src/bus/frame.ts'
import type { Frame, FrameKind } from '../../src/bus/frame.ts'
import { decodeHello, encodeHello } from '../../src/bus/hello.ts'
import { LocalNetwork } from './local-network.ts'
import { ask, bytes, echo, Notebook } from './messages.ts'
import { RawListener, RawPeer } from './raw-peer.ts'

test('buses that open at any moments end with exactly one link per pair', async () => {
  const count = 8
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(12), { minLength: count, maxLength: count }), async (turns) => {
      await using network = new LocalNetwork()
      const pipesBefore = countPipes()
      const notebook = new Notebook()
      // names in no order, so that the lesser is not always the earlier
      const buses = turns.map((_, i) =>
        network.createBus({ name: `${(i * 5) % count}`, onError: assert.ifError, openTimeoutMs: 20_000 }),
      )
      buses.forEach((bus) => bus.subscribe('all', notebook.hear))
      buses.forEach((bus, i) => bus.subscribe(`echo.${i}`, echo))

      await Promise.all(
        buses.map(async (bus, i) => {
          for (let passed = 0; passed < turns[i]!; passed++) await turn()
          await bus.open()
        }),
      )

      buses.forEach((bus, i) => bus.publish('all', bytes(`${i}`)))
      for (const bus of buses)
        for (const i of buses.keys()) assert.equal(await ask(bus, `echo.${i}`, 'there'), 'there')
      const heard = Object.groupBy(notebook.lines, (line) => line)
      for (const i of buses.keys())
        assert.equal(heard[`${i}`]?.length, count, `bus ${i} was heard by each once`)
      // a listener each, and both ends of each link
      const pipes = count + count * (count - 1)
      while (countPipes() - pipesBefore !== pipes) await turn()
    }),
    { numRuns: 25 },
  )
})

test('the lesser name keeps the connection that it began', async () => {
  await using network = new LocalNetwork()
  await using greater = await RawListener.listen(network.directory, 'z')
  const bus = network.createBus({ name: 'm', onError: assert.ifError })
  bus.subscribe('news', () => {})
  const opened = bus.open()
  const begunByBus = await greater.next()
  assert.equal(decodeHello(await begunByBus.next()).name, 'm')

  await using begunByGreater = RawPeer.connect(network.directory, 'm')
  begunByGreater.send(encodeHello('z', []))
  assert.equal((await begunByGreater.next()).kind, frameKinds.duplicate)
  begunByGreater.end()
  await begunByGreater.closed

  begunByBus.send(encodeHello('z', [[1, 'news']]))
  await opened
  bus.publish('news', bytes('over the connection that stays'))
  assert.equal((await begunByBus.next()).kind, frameKinds.publish)
})

test('the greater name gives up the connection that it began', async () => {
  await using network = new LocalNetwork()
  await using lesser = await RawListener.listen(network.directory, 'a')
  const bus = network.createBus({ name: 'm', onError: assert.ifError })
  const opened = bus.open()
  const begunByBus = await lesser.next()

  await using begunByLesser = RawPeer.connect(network.directory, 'm')
  begunByLesser.send(encodeHello('a', [[1, 'news']]))
  assert.equal(decodeHello(await begunByLesser.next()).name, 'm')
  await Promise.all([opened, begunByBus.closed])

  bus.publish('news', bytes('over the connection that stays'))
  assert.equal((await begunByLesser.next()).kind, frameKinds.publish)
})

test('who is linked already gets no second link', async () => {
  await using network = new LocalNetwork()
  await network.createBus({ name: 'm', onError: assert.ifError }).open()

  for (const name of ['a', 'z']) {
    await using first = RawPeer.connect(network.directory, 'm')
    first.send(encodeHello(name, []))
    assert.equal((await first.next()).kind, frameKinds.hello)
    await using second = RawPeer.connect(network.directory, 'm')
    second.send(encodeHello(name, []))
    assert.equal((await second.next()).kind, frameKinds.duplicate)
  }
})

test('open waits for the connection that a duplicate was answered for, and connects again if it never comes', async () => {
  await using network = new LocalNetwork()
  await using lesser = await RawListener.listen(network.directory, 'a')
  const bus = network.createBus({ name: 'm', onError: assert.ifError, openTimeoutMs: 20_000 })
  let open = false
  const opened = bus.open().then(() => (open = true))
  const refused = await lesser.next()
  refused.send(frameOf(frameKinds.duplicate))
  await refused.closed
  assert.equal(open, false)

  const again = await lesser.next()
  again.send(encodeHello('a', []))

  await opened
})

test('what is subscribed to and given up is told, even while a connection is not answered yet', async () => {
  await using network = new LocalNetwork()
  await using other = await RawListener.listen(network.directory, 'z')
  const bus = network.createBus({ name: 'm', onError: assert.ifError })
  bus.subscribe('early', () => {})
  const opened = bus.open()
  const link = await other.next()
  assert.deepEqual(decodeHello(await link.next()).subjects, [[1, 'early']])

  const unsubscribe = bus.subscribe('meanwhile', () => {})
  link.send(encodeHello('z', []))
  await opened
  unsubscribe()
  unsubscribe()
  bus.subscribe('later', () => {})

  assert.deepEqual(await link.next(), frameOf(frameKinds.subscribe, 2, 0, bytes('meanwhile')))
  assert.deepEqual(await link.next(), frameOf(frameKinds.unsubscribe, 2))
  assert.deepEqual(await link.next(), frameOf(frameKinds.subscribe, 3, 0, bytes('later')))
})

test('a link that is lost while both sides live is made anew', async () => {
  await using network = new LocalNetwork()
  await using other = await RawListener.listen(network.directory, 'z')
  const bus = network.createBus({ name: 'm', onError: assert.ifError })
  const opened = bus.open()
  const first = await other.next()
  first.send(encodeHello('z', [[1, 'news']]))
  await opened

  first.destroy()
  const second = await other.next()
  second.send(encodeHello('z', [[1, 'news'], [2, 'more']])) // prettier-ignore
  second.send(frameOf(frameKinds.unsubscribe, 2), frameOf(frameKinds.request, 7, 1))

  assert.equal((await second.next()).kind, frameKinds.hello)
  assert.equal((await second.next()).kind, frameKinds.unheard)
  bus.publish('news', bytes('news'))
  assert.equal((await second.next()).kind, frameKinds.publish)
  await assert.rejects(ask(bus, 'more'), { code: 'NO_SERVER' })
})

test('a link is lost as soon as its other side ends, whatever still waits to be sent to it', async () => {
  await using network = new LocalNetwork()
  const bus = network.createBus({ name: 'm', onError: assert.ifError })
  await bus.open()
  await using peer = RawPeer.connect(network.directory, 'm')
  peer.send(encodeHello('z', [[1, 'silent']]))
  await peer.next()
  await untilHeard(bus, peer)
  peer.stopReading()
  const request = bus.request('silent', new Uint8Array(8 * 1024 * 1024), Infinity)
  await turn()

  peer.end()

  await assert.rejects(request, { code: 'NO_SERVER' })
})

test('a reply is taken only from who was asked', async () => {
  await using network = new LocalNetwork()
  const bus = network.createBus({ name: 'm', onError: assert.ifError })
  await bus.open()
  await using asked = RawPeer.connect(network.directory, 'm')
  asked.send(encodeHello('a', [[1, 'question']]))
  await asked.next()
  await using other = RawPeer.connect(network.directory, 'm')
  other.send(encodeHello('b', []))
  await other.next()
  const answer = ask(bus, 'question')
  const { request } = await asked.next()

  other.send(frameOf(frameKinds.reply, 0, request, bytes('forged')), frameOf(frameKinds.unheard, 0, request))
  await untilHeard(bus, other)
  asked.send(frameOf(frameKinds.reply, 0, request, bytes('genuine')))

  assert.equal(await answer, 'genuine')
})

test('processes of different versions do not link, and both are told why', async () => {
  await using network = new LocalNetwork()
  await using newer = await RawListener.listen(network.directory, 'z')
  const errors: string[] = []
  const bus = network.createBus({
    name: 'm',
    onError: (error, peer) => errors.push(`${peer}: ${String(error)}`),
  })
  const opened = bus.open()
  const dialed = await newer.next()
  dialed.send(helloOfVersion2('z'))
  await Promise.all([opened, dialed.closed])

  await using accepted = RawPeer.connect(network.directory, 'm')
  accepted.send(helloOfVersion2('y'))
  assert.equal(decodeHello(await accepted.next()).version, 1)
  accepted.end()
  await accepted.closed

  const why = 'speaks version 2 of the link protocol, this process 1'
  assert.deepEqual(errors, [`z: ProtocolError: z ${why}`, `y: ProtocolError: y ${why}`])
  await lookAgain(network.directory)
  assert.equal(newer.waiting, 0)
})

test('a socket that is not that of its name is not linked', async () => {
  await using network = new LocalNetwork()
  await using other = await RawListener.listen(network.directory, 'z')
  const errors: string[] = []
  const opened = network.createBus({ name: 'm', onError: (error) => errors.push(String(error)) }).open()

  const dialed = await other.next()
  dialed.send(encodeHello('y', []))

  await Promise.all([opened, dialed.closed])
  assert.deepEqual(errors, ['ProtocolError: the socket of z is that of y'])
})

test('what may not be said on a link closes it, and is reported', async () => {
  const hello = encodeHello('z', [[1, 'news']])
  const mistakes: [Frame[], string][] = [
    [[frameOf(frameKinds.publish, 1)], 'frame of kind 5 before a hello'],
    [[frameOf(frameKinds.hello)], 'hello is not JSON'],
    [
      [frameOf(frameKinds.hello, 0, 0, bytes('{"version":1,"name":"z","subjects":[[1]]}'))],
      'hello is malformed',
    ],
    [[frameOf(frameKinds.hello, 0, 0, bytes('null'))], 'hello is malformed'],
    [[hello, hello], 'hello in the middle of a link'],
    [[hello, frameOf(frameKinds.duplicate)], 'hello in the middle of a link'],
    [[hello, frameOf(frameKinds.subscribe, 1, 0, bytes('other'))], 'subject 1 is announced twice'],
  ]
  for (const [frames, mistake] of mistakes) {
    await using network = new LocalNetwork()
    const errors: string[] = []
    await network.createBus({ name: 'm', onError: (error) => errors.push(String(error)) }).open()

    await using peer = RawPeer.connect(network.directory, 'm')
    peer.send(...frames)
    await peer.closed

    assert.deepEqual(errors, [`ProtocolError: ${mistake}`])
  }
})

test('whatever bytes come over a socket, nothing is thrown and the others live on', async () => {
  await using network = new LocalNetwork()
  const [a, b] = [
    network.createBus({ name: 'a', onError: assert.ok }),
    network.createBus({ name: 'b', onError: assert.ok }),
  ]
  a.subscribe('echo.a', echo)
  b.subscribe('echo.b', echo)
  await Promise.all([a.open(), b.open()])
  const frames = fc.array(
    fc.record({
      kind: fc.integer({ min: 0, max: 10 }) as fc.Arbitrary<FrameKind>,
      subject: fc.nat(3),
      request: fc.nat(3),
      body: fc.uint8Array({ maxLength: 20 }),
    }),
  )
  const streams = fc.oneof(
    fc.uint8Array(),
    frames.map(encodeFrames),
    frames.map((rest) => encodeFrames([encodeHello('raw', [[1, 'raw']]), ...rest])),
  )

  await fc.assert(
    fc.asyncProperty(streams, async (stream) => {
      await using peer = RawPeer.connect(network.directory, 'a')
      peer.write(stream)
      peer.end()
      await peer.closed

      assert.deepEqual(await Promise.all([ask(a, 'echo.b', 'to b'), ask(b, 'echo.a', 'to a')]), [
        'to b',
        'to a',
      ])
    }),
  )
})

function helloOfVersion2(name: string): Frame {
  return frameOf(frameKinds.hello, 0, 0, bytes(JSON.stringify({ version: 2, name, subjects: [] })))
}

/** Makes a bus that is alone with `m` lose its link to somebody, so that `m` looks into the folder, and waits for that. */
async function lookAgain(directory: string): Promise<void> {
  await using listener = await RawListener.listen(directory, 'x')
  await using first = RawPeer.connect(directory, 'm')
  first.send(encodeHello('x', []))
  await first.next()
  first.destroy()
  await listener.next()
  // whom else it connects to is accepted in the same turn
  await turn()
}

/** Waits until a bus has taken all that a peer has said. */
async function untilHeard(bus: Bus, peer: RawPeer): Promise<void> {
  const heard = new Promise<void>((resolve) => bus.subscribe('heard', () => resolve()))
  const { subject } = await peer.next()
  peer.send(frameOf(frameKinds.publish, subject))
  await heard
}

function countPipes(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === 'PipeWrap').length
}
