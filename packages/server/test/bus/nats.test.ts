import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { Bus } from '../../src/bus/bus.ts'
import { busConformance, linkConformance } from './conformance.ts'
import { ask, bytes, echo, ignore, longMs, Notebook, text } from './messages.ts'
import { NatsNetwork } from './nats-network.ts'
import { startNatsCluster, startNatsServer } from './nats-server.ts'
import { startProcesses } from './processes.ts'
import type { TestProcess } from './processes.ts'
import { trafficConformance } from './traffic.ts'

const server = await startNatsServer()
const nodes = await startNatsCluster(3)
after(() => Promise.all([server, ...nodes].map((each) => each[Symbol.asyncDispose]())))

const createNetwork = () => Promise.resolve(new NatsNetwork(server.address))
const createSpreadNetwork = () => Promise.resolve(new NatsNetwork(...nodes.map(({ address }) => address)))

busConformance('nats', createNetwork)
linkConformance('nats', createNetwork, { closes: (bus) => bus.close() })
// the heads of the message and of the frame, and the names at NATS of who is to hear it and of where it says that nobody does
trafficConformance('nats', createNetwork, 12 + 13 + 58 + 77)
busConformance('nats cluster', createSpreadNetwork)

test('long and short messages arrive in order, however many, whatever the subject, from all at once', async () => {
  await using network = await createSpreadNetwork()
  const [listener] = (await network.open(1)) as [Bus]
  const heard = [new Notebook(), new Notebook(), new Notebook()]
  for (const subject of ['a', 'b', 'c']) {
    listener.subscribe(subject, (message) => {
      const line = text(message.data).trimEnd()
      heard[Number(line[0])]!.write(line)
      message.reply(message.data.subarray(0, 1))
    })
  }
  const speakers = await network.open(3)

  const count = 2_000
  const replies: Promise<unknown>[] = []
  for (let n = 0; n < count; n++) {
    speakers.forEach((speaker, i) => {
      // some are longer than NATS takes at once
      const data = bytes(`${i} ${n}`.padEnd(n % 500 === 499 ? 1_500_000 : n % 200))
      if (n % 3 === 0) replies.push(speaker.request('a', data, longMs))
      else speaker.publish(n % 3 === 1 ? 'b' : 'c', data)
    })
    if (n % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }

  const expected = (i: number) => Array.from({ length: count }, (_, n) => `${i} ${n}`)
  for (const [i, notebook] of heard.entries()) assert.deepEqual(await notebook.until(count), expected(i))
  await Promise.all(replies)
})

test('what waits for a process that is killed fails with NO_SERVER, what others were asked is answered', async () => {
  await using network = await createNetwork()
  await using children = await startProcesses(network, 3)
  const [victim, witness] = children.all as [TestProcess, TestProcess]
  const [bus] = (await network.open(1)) as [Bus]
  const requests = [Infinity, longMs].map((ms) => bus.request(`silent.${victim.name}`, bytes(''), ms))
  const byWitness = witness.ask(`silent.${victim.name}`)
  await victim.reported('asked', 3)

  victim.signal('SIGKILL')

  await Promise.all(requests.map((request) => assert.rejects(request, { code: 'NO_SERVER' })))
  assert.equal(await byWitness, 'NO_SERVER')
  await assert.rejects(ask(bus, `echo.${victim.name}`), { code: 'NO_SERVER' })
  assert.equal(await ask(bus, `echo.${witness.name}`, 'well'), 'well')
  assert.equal(await witness.ask(`echo.${children.all[2]!.name}`), `by ${witness.name}`)
})

test('open does not wait for a process that is stopped, which is linked when it goes on', async () => {
  await using network = await createNetwork()
  await using children = await startProcesses(network, 2)
  const [stopped, lively] = children.all as [TestProcess, TestProcess]
  stopped.signal('SIGSTOP')
  const bus = network.createBus({ onError: assert.ifError, openTimeoutMs: 100 })
  bus.subscribe('late', echo)

  await bus.open()
  assert.equal(await ask(bus, `echo.${lively.name}`, 'well'), 'well')
  await assert.rejects(ask(bus, `echo.${stopped.name}`), { code: 'NO_SERVER' })

  stopped.signal('SIGCONT')
  let answer
  do answer = await stopped.ask('late')
  while (answer === 'NO_SERVER')
  assert.equal(answer, `by ${stopped.name}`)
})

test('buses of another prefix are not heard and not asked', async () => {
  await using network = await createNetwork()
  await using other = await createNetwork()
  const [bus] = (await network.open(1)) as [Bus]
  const [stranger] = (await other.open(1)) as [Bus]
  const notebook = new Notebook()
  bus.subscribe('news', notebook.hear)
  bus.subscribe('echo', echo)

  stranger.publish('news', bytes('not for you'))
  await assert.rejects(ask(stranger, 'echo'), { code: 'NO_SERVER' })
  await ask(bus, 'echo')

  assert.deepEqual(notebook.lines, [])
})

test('a bus may be closed while it opens', async () => {
  await using network = await createNetwork()
  await network.open(1)
  const bus = network.createBus({ onError: assert.ifError })

  const opened = bus.open()
  await bus.close()
  await opened

  await assert.rejects(ask(bus, 'echo'), { code: 'NO_SERVER' })
})

test('a hundred buses that open together know one another', async () => {
  await using network = await createSpreadNetwork()
  const buses = Array.from({ length: 100 }, () =>
    network.createBus({ onError: assert.ifError, signMs: 1_000 }),
  )
  buses.forEach((bus, i) => bus.subscribe(`echo.${i}`, i % 2 === 0 ? echo : ignore))

  await Promise.all(buses.map((bus) => bus.open()))

  const answers = buses.map((bus, i) => ask(bus, `echo.${((i * 7 + 14) % 100) & ~1}`, `${i}`))
  assert.deepEqual(
    await Promise.all(answers),
    buses.map((_, i) => `${i}`),
  )
})
