import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Bus } from '../../src/bus/bus.ts'
import { ask, bytes, echo, ignore, longMs, Notebook } from './messages.ts'
import { NatsNetwork } from './nats-network.ts'
import { startNatsServer } from './nats-server.ts'
import { startProcesses } from './processes.ts'
import type { TestProcess } from './processes.ts'

const maxPayload = 1_024
const server = await startNatsServer(`max_payload: ${maxPayload}`)
after(() => server[Symbol.asyncDispose]())

test('messages of any length pass, whatever NATS takes at once', async () => {
  await using network = new NatsNetwork(server.address)
  const [answerer] = (await network.open(1)) as [Bus]
  answerer.subscribe('echo', echo)
  const heard = new Notebook()
  answerer.subscribe('news', ({ data }) => heard.write(`${data.length} ${data.every((byte) => byte === 7)}`))
  const [asker] = (await network.open(1)) as [Bus]

  // those with which the end of one piece falls on every byte of the head of the next frame
  const lengths = [0, 1, ...Array.from({ length: 64 }, (_, i) => maxPayload - 48 + i), 5_000, 1_000_000]
  for (const length of lengths) {
    const data = new Uint8Array(length).fill(7)
    asker.publish('news', data)
    assert.deepEqual(await asker.request('echo', data, longMs), data)
  }

  assert.deepEqual(
    heard.lines,
    lengths.map((length) => `${length} true`),
  )
})

test('requests past maxQueuedBytes are refused with BUSY, those before it are answered', async () => {
  await using network = new NatsNetwork(server.address)
  const [answerer] = (await network.open(1)) as [Bus]
  answerer.subscribe('echo', echo)
  const [asker] = (await network.open(1, { maxQueuedBytes: 1_000 })) as [Bus]

  const first = asker.request('echo', new Uint8Array(1_000), longMs)
  await assert.rejects(ask(asker, 'echo'), { name: 'ServerError', code: 'BUSY' })

  assert.equal((await first).length, 1_000)
  assert.equal(await ask(asker, 'echo', 'again'), 'again')
})

test('a message past maxQueuedBytes that is no request ends all links, of which both sides learn', async () => {
  await using network = new NatsNetwork(server.address)
  const [lost, restored, heard] = [new Notebook(), new Notebook(), new Notebook()]
  const [listener] = (await network.open(1)) as [Bus]
  listener.subscribe('news', heard.hear)
  const publisher = network.createBus({
    maxQueuedBytes: 10_000,
    onError: assert.ifError,
    onLost: lost.write,
    onRestored: () => restored.write('restored'),
  })
  publisher.subscribe('silent', ignore)
  await publisher.open()
  const requests = [
    publisher.request('news', bytes('asked'), Infinity),
    listener.request('silent', bytes(''), Infinity),
  ]
  const failed = Promise.all(requests.map((request) => assert.rejects(request, { code: 'NO_SERVER' })))
  await heard.until(1)

  for (let n = 0; n < 100_000; n++) publisher.publish('news', bytes(`${n}`))

  await failed
  assert.deepEqual(await lost.until(1), ['10000 bytes wait to be sent to NATS'])
  await restored.until(1)
  publisher.publish('news', bytes('again'))
  assert.deepEqual(await heard.until(2), ['asked', 'again'])
})

test('a process that does not read is dropped, and is back when it does', async () => {
  await using strict = await startNatsServer('max_pending: 1MB\nwrite_deadline: "200ms"')
  await using network = new NatsNetwork(strict.address)
  await using children = await startProcesses(network, 2)
  const [sleeper, other] = children.all as [TestProcess, TestProcess]
  const [bus] = (await network.open(1, { signMs: 250 })) as [Bus]
  const asked = assert.rejects(ask(bus, `silent.${sleeper.name}`), { code: 'NO_SERVER' })
  await sleeper.reported('asked', 1)

  sleeper.signal('SIGSTOP')
  for (let n = 0; n < 64; n++) bus.publish(`echo.${sleeper.name}`, new Uint8Array(500_000))
  await strict.logged(/Slow Consumer/)

  await asked
  assert.equal(await ask(bus, `echo.${other.name}`, 'well'), 'well')
  sleeper.signal('SIGCONT')
  await sleeper.reported('lost', 1)
  let answer
  do answer = await sleeper.ask(`echo.${other.name}`)
  while (answer === 'NO_SERVER')
  assert.equal(answer, `by ${sleeper.name}`)
})
