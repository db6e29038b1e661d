import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import type { Bus } from '../../src/bus/bus.ts'
import { createMemoryNetwork } from '../../src/bus/memory.ts'
import type { MemoryNetwork } from '../../src/bus/memory.ts'
import { busConformance, linkConformance } from './conformance.ts'
import type { BusNetwork } from './conformance.ts'
import { ask, bytes, echo, Notebook } from './messages.ts'

const run = promisify(execFile)
const networks = new WeakMap<Bus, MemoryNetwork>()

busConformance('memory', createNetwork)
linkConformance('memory', createNetwork, {
  closes: (bus) => bus.close(),
  crashes: (bus) => networks.get(bus)?.crash(bus),
})

test('a bus that crashes loses what it had queued and fails what it had asked', async () => {
  const network = createMemoryNetwork()
  const [crasher, listener] = [network.createBus(), network.createBus()]
  const notebook = new Notebook()
  listener.subscribe('news', notebook.hear)
  listener.subscribe('echo', echo)
  await Promise.all([crasher.open(), listener.open()])

  crasher.publish('news', bytes('lost'))
  const asked = ask(crasher, 'echo')
  network.crash(crasher)
  listener.publish('news', bytes('heard'))

  await assert.rejects(asked, { code: 'NO_SERVER' })
  assert.deepEqual(await notebook.until(1), ['heard'])
})

test('a bus in nobody else’s network is not heard', async () => {
  const [bus, stranger] = [createMemoryNetwork().createBus(), createMemoryNetwork().createBus()]
  await Promise.all([bus.open(), stranger.open()])
  stranger.subscribe('echo', echo)

  await assert.rejects(ask(bus, 'echo'), { code: 'NO_SERVER' })
})

test('a process ends when none of its requests waits, and not before', async () => {
  const program = `
    import { createMemoryNetwork } from '${import.meta.resolve('../../src/bus/memory.ts')}'
    const bus = createMemoryNetwork().createBus()
    bus.subscribe('silent', () => {})
    bus.subscribe('echo', (message) => message.reply(message.data))
    await bus.open()
    await bus.request('echo', new Uint8Array(0), 3_600_000)
    await bus.request('silent', new Uint8Array(0), 1).catch((error) => console.log(error.code))`

  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', program], {
    timeout: 30_000,
  })

  assert.equal(stdout, 'TIMEOUT\n')
})

function createNetwork(): Promise<BusNetwork> {
  const network = createMemoryNetwork()
  const buses: Bus[] = []
  return Promise.resolve({
    createBus(options) {
      const bus = network.createBus(options)
      networks.set(bus, network)
      buses.push(bus)
      return bus
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(buses.map((bus) => bus.close()))
    },
  } satisfies BusNetwork)
}
