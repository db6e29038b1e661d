import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runLoad } from '../../src/load/run.ts'
import { readScenario } from '../../src/load/scenario.ts'
import type { Scenario } from '../../src/load/scenario.ts'
import { startChat } from './chat.ts'
import { startFakeServer } from './fake-server.ts'

for (const transport of ['ws', 'tcp'] as const) {
  test(`over ${transport} every message is answered, and delivered to everybody in its room`, async () => {
    await using chat = await startChat()
    const phase = { name: 'talk', seconds: 1, delivery: 'onSaid' }
    const send = { route: 'back.work.say', message: { text: '{t} {pad:20}' }, rate: 100 }

    const result = await runLoad(
      scenario({
        target: { connectors: [`${transport}://127.0.0.1:${chat.port}`] },
        clients: 20,
        connectPerSecond: 1_000,
        roomSize: 5,
        login: [{ route: 'front.entry.bind', message: { uid: 'u{n}', room: 'r{room}' } }],
        phases: [{ ...phase, send }],
      }),
    )

    const [talk] = result.phases
    assert.ok(talk)
    assert.equal(result.entering.count, 20)
    assert.equal(talk.connected, 20)
    assert.ok(talk.sent > 50)
    assert.equal(talk.requests.count, talk.sent)
    assert.equal(talk.delivering.count, 5 * talk.sent)
    assert.ok(talk.delivering.p50 > 0)
    assert.deepEqual([talk.errors, result.failed, result.closed], [{}, {}, {}])
  })
}

test('a closed loop has no more requests in flight than it should', async () => {
  let most = 0
  let inFlight = 0
  await using server = await startFakeServer({
    async answer() {
      most = Math.max(most, ++inFlight)
      await new Promise(setImmediate)
      inFlight--
      return {}
    },
  })

  const { phases } = await runLoad(
    scenario({
      target: at(server),
      clients: 3,
      phases: [{ seconds: 0.3, send: { route: 'a.b.c', inFlight: 2 } }],
    }),
  )

  assert.ok((phases[0]?.answered ?? 0) > 6)
  assert.equal(most, 6)
})

test('a stall of the server shows in all requests that were due meanwhile, not in one alone', async () => {
  const startMs = performance.now()
  const stall = { from: startMs + 400, to: startMs + 900 }
  await using server = await startFakeServer({
    async answer() {
      const nowMs = performance.now()
      // answers nothing meanwhile
      if (nowMs > stall.from && nowMs < stall.to) await new Promise((r) => setTimeout(r, stall.to - nowMs))
      return {}
    },
  })

  const { phases } = await runLoad(
    scenario({
      target: at(server),
      clients: 1,
      phases: [{ seconds: 1.2, send: { route: 'a.b.c', rate: 100 } }],
    }),
  )

  const { requests, sent } = phases[0]!
  assert.equal(requests.count, sent)
  // half a second of 1.2 is over a third of all: a generator that waits with the server would have seen one
  assert.ok(requests.p90 > 200, `p90 ${requests.p90}`)
  assert.ok(requests.max > 350, `max ${requests.max}`)
})

test('a request that is never answered counts as an error and as long', async () => {
  await using server = await startFakeServer({ answer: () => new Promise(() => undefined) })

  const { phases } = await runLoad(
    scenario({
      target: at(server),
      clients: 1,
      timeoutMs: 300,
      phases: [{ seconds: 0.2, send: { route: 'a.b.c', inFlight: 1 } }],
    }),
  )

  assert.deepEqual(phases[0]?.errors, { 'no answer': 1 })
  assert.ok(phases[0].requests.max >= 290)
})

test('an answer with the code of an error is counted by it', async () => {
  await using server = await startFakeServer({ answer: async () => ({ code: 429, message: 'later' }) })

  const { phases } = await runLoad(
    scenario({
      target: at(server),
      clients: 1,
      phases: [{ seconds: 0.3, send: { route: 'a.b.c', rate: 20 } }],
    }),
  )

  assert.deepEqual(Object.keys(phases[0]?.errors ?? {}), ['code 429'])
})

test('the dictionary is spoken both ways', async () => {
  await using server = await startFakeServer({ dictionary: { 'a.b.c': 1, onSaid: 2 } })
  const send = { route: 'a.b.c', type: 'notify', message: { text: '{t}' }, rate: 50 }

  const { phases } = await runLoad(
    scenario({ target: at(server), clients: 2, phases: [{ seconds: 0.3, send, delivery: 'onSaid' }] }),
  )

  assert.ok(server.heard.includes('a.b.c'))
  assert.equal(phases[0]?.delivering.count, phases[0]?.sent)
})

test("a heartbeat is answered, an interval after the server's", async () => {
  await using server = await startFakeServer({ heartbeatSeconds: 0.2 })

  await runLoad(scenario({ target: at(server), clients: 1, phases: [{ seconds: 0.7 }] }))

  assert.deepEqual(server.heard, ['packet 1', 'packet 2', 'packet 3'])
})

test('a gate tells each client its connector', async () => {
  await using connector = await startFakeServer()
  await using gate = await startFakeServer({
    answer: async () => ({ host: '127.0.0.1', port: connector.port }),
  })

  const { entering } = await runLoad(
    scenario({
      target: { gate: `tcp://127.0.0.1:${gate.port}` },
      clients: 3,
      login: [{ route: 'a.b.enter', message: {} }],
      phases: [{ seconds: 0.1 }],
    }),
  )

  assert.equal(entering.count, 3)
  assert.equal(gate.heard.filter((route) => route === 'gate.gateHandler.queryEntry').length, 3)
  assert.equal(connector.heard.filter((route) => route === 'a.b.enter').length, 3)
})

test('clients that leave are replaced by new ones', async () => {
  await using server = await startFakeServer()

  const { entering, phases, closed } = await runLoad(
    scenario({
      target: at(server),
      clients: 4,
      login: [{ route: 'a.b.enter', message: {} }],
      phases: [{ seconds: 0.5, churnPerSecond: 20 }],
    }),
  )

  assert.equal(entering.count, 4)
  // one may be on its way in
  assert.ok((phases[0]?.connected ?? 0) >= 3)
  assert.ok(server.heard.filter((route) => route === 'a.b.enter').length > 8)
  assert.deepEqual(closed, {})
})

test('connections that the server ends are counted', async () => {
  await using server = await startFakeServer({
    answer() {
      for (const socket of server.sockets) socket.end()
      return undefined
    },
  })

  const { closed, phases } = await runLoad(
    scenario({
      target: at(server),
      clients: 1,
      phases: [{ seconds: 0.2, send: { route: 'a.b.c', rate: 10 } }],
    }),
  )

  assert.deepEqual(closed, { lost: 1 })
  assert.equal(phases[0]?.connected, 0)
})

test('a server that is not there is told', async () => {
  await using server = await startFakeServer()
  await server[Symbol.asyncDispose]()

  const run = runLoad(scenario({ target: at(server), clients: 2, phases: [{ seconds: 0.1 }] }))

  await assert.rejects(run, {
    name: 'LoadError',
    message: `connecting to tcp://127.0.0.1:${server.port}: closed: ECONNREFUSED`,
  })
})

test('phases are told of as they begin', async () => {
  await using server = await startFakeServer()
  const news: string[] = []
  const phases = [
    { name: 'first', seconds: 0.3 },
    { name: 'second', seconds: 0.3 },
  ]

  await runLoad(scenario({ target: at(server), clients: 1, phases }), {
    onPhase: (name) => news.push(`${name} begins`),
    onSample: ({ phase }) => news.push(`${phase} goes on`),
  })

  assert.deepEqual(news.slice(0, 2), ['first begins', 'first goes on'])
  assert.deepEqual(news.slice(-2), ['second begins', 'second goes on'])
})

test('a run that is interrupted tells what there was', async () => {
  await using server = await startFakeServer()
  const controller = new AbortController()

  const { interrupted, phases } = await runLoad(
    scenario({
      target: at(server),
      clients: 1,
      phases: [{ seconds: 60, send: { route: 'a.b.c', inFlight: 1 } }],
    }),
    { signal: controller.signal, onSample: () => controller.abort() },
  )

  assert.equal(interrupted, true)
  assert.equal(phases.length, 1)
  assert.ok((phases[0]?.answered ?? 0) > 0)
})

test('a generator that was busy itself has doubts', async () => {
  await using server = await startFakeServer()
  const endMs = performance.now() + 900
  const spin = () => {
    const untilMs = performance.now() + 100
    while (performance.now() < untilMs);
    if (performance.now() < endMs) setImmediate(spin)
  }
  setImmediate(spin)

  const { doubts } = await runLoad(
    scenario({
      target: at(server),
      clients: 1,
      phases: [{ name: 'talk', seconds: 0.6, send: { route: 'a.b.c', rate: 100 } }],
    }),
  )

  assert.match(
    doubts.join('\n'),
    /^talk: one message in a hundred left over [\d.]+ ms late, more than 10 ms$/m,
  )
})

function at({ port }: { port: number }) {
  return { connectors: [`tcp://127.0.0.1:${port}`] }
}

function scenario(value: object): Scenario {
  return readScenario(JSON.stringify(value), 'test.json')
}
