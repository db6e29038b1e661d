import assert from 'node:assert/strict'
import { chmodSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { frameHeadBytes } from '../../src/bus/frame.ts'
import { busConformance, linkConformance } from './conformance.ts'
import { LocalNetwork } from './local-network.ts'
import { ask, bytes, echo, ignore } from './messages.ts'
import { startProcesses } from './processes.ts'
import type { TestProcess } from './processes.ts'
import { trafficConformance } from './traffic.ts'

const createNetwork = () => Promise.resolve(new LocalNetwork())

busConformance('local', createNetwork)
linkConformance('local', createNetwork, { closes: (bus) => bus.close() })
trafficConformance('local', createNetwork, frameHeadBytes)

test('processes that start together reach one another, and leave no socket behind', async () => {
  await using network = new LocalNetwork()
  await using children = await startProcesses(network, 3)

  for (const asker of children.all) {
    for (const { name } of children.all) assert.equal(await asker.ask(`echo.${name}`), `by ${asker.name}`)
  }
  await Promise.all(children.all.map((child) => child.close()))

  assert.deepEqual(readdirSync(network.directory), [])
})

test('requests to a process that is killed fail with NO_SERVER at once, those to others are answered', async () => {
  await using network = new LocalNetwork()
  await using children = await startProcesses(network, 3)
  const [victim, witness] = children.all as [TestProcess, TestProcess]
  const bus = network.createBus({ onError: assert.ifError })
  await bus.open()
  const requests = [1, 2, 3].map(() => ask(bus, `silent.${victim.name}`))
  const byWitness = witness.ask(`silent.${victim.name}`)
  await victim.reported('asked', 4)

  victim.signal('SIGKILL')

  await Promise.all(requests.map((request) => assert.rejects(request, { code: 'NO_SERVER' })))
  assert.equal(await byWitness, 'NO_SERVER')
  await assert.rejects(ask(bus, `echo.${victim.name}`), { code: 'NO_SERVER' })
  assert.equal(await ask(bus, `echo.${witness.name}`, 'well'), 'well')
  assert.equal(await witness.ask(`echo.${children.all[2]!.name}`), `by ${witness.name}`)
})

test('the socket of a killed process is removed by who finds it', async () => {
  await using network = new LocalNetwork()
  await using children = await startProcesses(network, 1)
  const stale = join(network.directory, `${children.all[0]!.name}.sock`)
  await children.all[0]!.kill()
  assert.ok(existsSync(stale))

  await network.createBus({ onError: assert.ifError }).open()

  assert.equal(existsSync(stale), false)
})

test('open does not wait for a process that is stopped, which is linked when it goes on', async () => {
  await using network = new LocalNetwork()
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

test('close does not wait for a process that is stopped', async () => {
  await using network = new LocalNetwork()
  await using children = await startProcesses(network, 1)
  const [stopped] = children.all as [TestProcess]
  const bus = network.createBus({ onError: assert.ifError })
  await bus.open()
  stopped.signal('SIGSTOP')
  const request = assert.rejects(ask(bus, `echo.${stopped.name}`), { code: 'NO_SERVER' })

  await bus.close()

  await request
})

test('requests past maxQueuedBytes are refused with BUSY, those before it are answered', async () => {
  await using network = new LocalNetwork()
  const [asker, answerer] = [0, 1].map(() =>
    network.createBus({ onError: assert.ifError, maxQueuedBytes: 1_000 }),
  )
  answerer!.subscribe('echo', echo)
  await Promise.all([asker!.open(), answerer!.open()])

  const first = asker!.request('echo', new Uint8Array(1_000), 20_000)
  await assert.rejects(ask(asker!, 'echo'), { name: 'ServerError', code: 'BUSY' })

  assert.equal((await first).length, 1_000)
  assert.equal(await ask(asker!, 'echo', 'again'), 'again')
})

test('a message past maxQueuedBytes that is no request closes the link, and is reported', async () => {
  await using network = new LocalNetwork()
  const reported = Promise.withResolvers<[unknown, string]>()
  const publisher = network.createBus({
    name: 'publisher',
    onError: (error, source) => reported.resolve([error, source]),
    maxQueuedBytes: 1_000,
  })
  const listener = network.createBus({ name: 'listener', onError: assert.ifError })
  listener.subscribe('news', ignore)
  await Promise.all([publisher.open(), listener.open()])
  const asked = publisher.request('news', new Uint8Array(0), Infinity)

  publisher.publish('news', new Uint8Array(1_000))
  publisher.publish('news', bytes('one too many'))

  await assert.rejects(asked, { code: 'NO_SERVER' })
  const [error, source] = await reported.promise
  assert.deepEqual([String(error), source], ['ServerError: 1000 bytes wait to be sent', 'listener'])
})

test('a bus that cannot open says why, and holds nothing', async () => {
  await using network = new LocalNetwork()
  chmodSync(network.directory, 0o755)
  const bus = network.createBus({ onError: assert.ifError })

  await assert.rejects(bus.open(), { name: 'SetupError' })
  await bus.close()

  assert.deepEqual(readdirSync(network.directory), [])
})

test('a bus may be closed while it opens', async () => {
  await using network = new LocalNetwork()
  const resident = network.createBus({ onError: assert.ifError })
  await resident.open()
  const bus = network.createBus({ name: 'brief', onError: assert.ifError })

  const opened = bus.open()
  await bus.close()
  await opened

  assert.equal(existsSync(join(network.directory, 'brief.sock')), false)
})
