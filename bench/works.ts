import type { Target, Scenario } from '../packages/server/src/load/scenario.ts'
import { pathOf } from './system.ts'
import type { System } from './system.ts'

/** One row of the table. */
export interface Work {
  readonly name: string
  readonly says: string
  /** What a unit of the work is. */
  readonly unit: 'answer' | 'delivery' | 'login'
  scenario(system: System, seconds: Seconds): Scenario
}

export interface Seconds {
  readonly warm: number
  readonly measured: number
}

/** 32 letters each: the time and as many more as that takes. */
const message = { content: '{t}{pad:14}', target: '*' }
const login = [
  { route: 'connector.entryHandler.enter', message: { username: 'u{run}{n}', rid: 'r{run}{room}' } },
]

export const works: readonly Work[] = [
  {
    name: 'request',
    says: '50 clients ask the gate, the next when answered',
    unit: 'answer',
    scenario: (system, seconds) => ({
      ...common,
      target: at({ ...system, connectors: [system.gate] }),
      clients: 50,
      roomSize: 50,
      login: [],
      phases: phases(seconds, {
        send: {
          type: 'request',
          route: 'gate.gateHandler.queryEntry',
          message: { uid: 'u{n}' },
          inFlight: 1,
        },
      }),
    }),
  },
  chat('hop', '200 clients, each alone in its room: a call to a chat server and a push', 'answer', {
    clients: 200,
    roomSize: 1,
  }),
  chat('light', 'rooms of 50, one sender each', 'delivery', {
    clients: 200,
    roomSize: 50,
    sendersPerRoom: 1,
  }),
  chat('busy', 'rooms of 50, all send', 'delivery', { clients: 200, roomSize: 50 }),
  chat('flood', 'rooms of 50, all send, four requests in flight each', 'delivery', {
    clients: 200,
    roomSize: 50,
    inFlight: 4,
  }),
  chat('large', 'one room of 1,000, ten send', 'delivery', {
    clients: 1_000,
    roomSize: 1_000,
    sendersPerRoom: 10,
  }),
  {
    name: 'idle',
    says: '5,000 clients log in to rooms of ten, and stay',
    unit: 'login',
    scenario: (system, seconds) => ({
      ...common,
      target: at(system),
      clients: seconds.measured < 2 ? 500 : 5_000,
      roomSize: 10,
      login,
      phases: [{ name: 'idle', seconds: Math.min(3, seconds.measured), measured: true, churnPerSecond: 0 }],
    }),
  },
]

interface Crowd {
  readonly clients: number
  readonly roomSize: number
  readonly sendersPerRoom?: number
  readonly inFlight?: number
}

const common = { connectPerSecond: 100_000, timeoutMs: 20_000, maxLateMs: 10 }

function chat(name: string, says: string, unit: Work['unit'], crowd: Crowd): Work {
  const { clients, roomSize, sendersPerRoom, inFlight = 1 } = crowd
  return {
    name,
    says,
    unit,
    scenario: (system, seconds) => ({
      ...common,
      target: at(system),
      clients,
      roomSize,
      login,
      phases: phases(seconds, {
        send: { type: 'request', route: 'chat.chatHandler.send', message, inFlight },
        delivery: 'onChat',
        ...(sendersPerRoom !== undefined && { sendersPerRoom }),
      }),
    }),
  }
}

type Doing = Pick<Scenario['phases'][number], 'send' | 'delivery' | 'sendersPerRoom'>

function phases({ warm, measured }: Seconds, doing: Doing): Scenario['phases'] {
  return [
    { name: 'warming up', seconds: warm, measured: false, churnPerSecond: 0, ...doing },
    { name: 'measured', seconds: measured, measured: true, churnPerSecond: 0, ...doing },
  ]
}

function at({ connectors, dialect }: System): Target {
  const path = pathOf[dialect]
  return { connectors: connectors.map((port) => ({ transport: 'ws', host: '127.0.0.1', port, path })) }
}
