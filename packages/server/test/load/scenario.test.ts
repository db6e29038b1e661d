import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readScenario } from '../../src/load/scenario.ts'

const send = { route: 'chat.chatHandler.send', message: { content: '{t}' }, rate: 10 }
const phase = { seconds: 1, send }
const minimal = { target: { connectors: ['ws://127.0.0.1:3050'] }, clients: 10, phases: [phase] }

test('a scenario has defaults', () => {
  const scenario = readScenario(JSON.stringify(minimal), 'talk.json')

  assert.deepEqual(scenario, {
    target: { connectors: [{ transport: 'ws', host: '127.0.0.1', port: 3050, path: '/' }] },
    clients: 10,
    connectPerSecond: 200,
    roomSize: 10,
    login: [],
    timeoutMs: 10_000,
    maxLateMs: 10,
    phases: [
      { name: 'phase 1', seconds: 1, measured: true, send: { ...send, type: 'request' }, churnPerSecond: 0 },
    ],
  })
})

test('a gate is asked as the tutorial does', () => {
  const { target } = readScenario(
    JSON.stringify({ ...minimal, target: { gate: 'tcp://[::1]:3014' } }),
    'talk.json',
  )

  assert.deepEqual(target, {
    gate: { transport: 'tcp', host: '::1', port: 3014, path: '/' },
    ask: { route: 'gate.gateHandler.queryEntry', message: { uid: '{n}' } },
  })
})

const mistakes: readonly [change: object, message: string][] = [
  [{ clients: 0 }, 'clients: expected a number from 1 to 1000000, got 0'],
  [{ clients: 1.5 }, 'clients: expected an integer from 1 to 1000000, got 1.5'],
  [
    { client: 1 },
    'client: unknown setting: there are target, clients, connectPerSecond, roomSize, login, timeoutMs, maxLateMs, phases',
  ],
  [{ target: {} }, 'target: expected either a gate or connectors, got an object'],
  [{ target: { connectors: [] } }, 'target.connectors: expected at least one address, got an array'],
  [
    { target: { connectors: ['http://x'] } },
    'target.connectors[0]: expected an address such as ws://127.0.0.1:3050 or tcp://127.0.0.1:3050, got "http://x"',
  ],
  [
    { target: { gate: 'tcp://x' } },
    'target.gate: expected an address such as ws://127.0.0.1:3050 or tcp://127.0.0.1:3050, got "tcp://x"',
  ],
  [{ login: [{ message: {} }] }, 'login[0].route: expected a text, got nothing'],
  [
    { login: [{ route: 'a.b.c', message: { name: '{nn}' } }] },
    'login[0].message: expected a message without unknown placeholder {nn}: there are {n}, {room}, {run}, {t} and {pad:40}, got an object',
  ],
  [{ phases: [] }, 'phases: expected at least one phase, got an array'],
  [{ phases: 7 }, 'phases: expected an array, got 7'],
  [{ phases: [phase, { send }] }, 'phases[1].seconds: expected a number from 0.1 to 1000000, got nothing'],
  [{ phases: [{ seconds: 1, measured: 1 }] }, 'phases[0].measured: expected true or false, got 1'],
  [
    { phases: [{ seconds: 1, send: { ...send, inFlight: 1 } }] },
    'phases[0].send: expected either a rate or inFlight, got an object',
  ],
  [
    { phases: [{ seconds: 1, send: { ...send, type: 'push' } }] },
    'phases[0].send.type: expected "request" or "notify", got "push"',
  ],
  [
    { phases: [{ seconds: 1, send: { route: 'a.b.c', type: 'notify', inFlight: 1 } }] },
    'phases[0].send.inFlight: expected a rate, since a notify is not answered, got 1',
  ],
]

for (const [change, message] of mistakes) {
  test(`a mistake is found: ${message}`, () => {
    const text = JSON.stringify({ ...minimal, ...change })

    assert.throws(() => readScenario(text, 'talk.json'), {
      name: 'LoadError',
      message: `talk.json: ${message}`,
    })
  })
}

test('a file that is no JSON is told with its name', () => {
  assert.throws(() => readScenario('{', 'talk.json'), { name: 'LoadError', message: /^talk\.json: .*JSON/ })
})
