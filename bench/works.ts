import type { Target, Scenario } from '../packages/server/src/load/scenario.ts'
import { pathOf } from './system.ts'
import type { System } from './system.ts'

/** One row of the table. */
export interface Work {
  readonly name: string
  readonly says: string
  /** What a unit of the work is. */
  readonly unit: Unit
  scenario(system: System, seconds: Seconds): Scenario
}

/** What a unit of a work can be. */
export type Unit = 'answer' | 'delivery' | 'login'

export interface Seconds {
  readonly warm: number
  readonly measured: number
}

/** The phases that are measured: as much as goes, and messages that come by a schedule, whatever became of the last. */
export const phaseNames = { most: 'most', paced: 'paced' } as const

/** 32 letters each: the time and as many more as that takes. */
const message = { content: '{t}{pad:14}', target: '*' }
const say: Message = { type: 'request', route: 'chat.chatHandler.send', message }
const login = [
  { route: 'connector.entryHandler.enter', message: { username: 'u{run}{n}', rid: 'r{run}{room}' } },
]

export const works: readonly Work[] = [
  {
    name: 'request',
    says: '50 clients ask the gate, the next when answered; times at 1,000 a second',
    unit: 'answer',
    scenario: (system, seconds) => ({
      ...common,
      target: at({ ...system, connectors: [system.gate] }),
      clients: 50,
      roomSize: 50,
      login: [],
      phases: phases(seconds, {
        message: { type: 'request', route: 'gate.gateHandler.queryEntry', message: { uid: 'u{n}' } },
        inFlight: 1,
        rate: 1_000,
      }),
    }),
  },
  chat({
    name: 'hop',
    says: '200 clients, each alone in its room: a call to a chat server and a push; times at 500 a second',
    unit: 'answer',
    roomSize: 1,
    rate: 500,
  }),
  chat({
    name: 'light',
    says: 'rooms of 50, one sender each; times at 20 messages a second',
    sendersPerRoom: 1,
    rate: 20,
  }),
  chat({ name: 'busy', says: 'rooms of 50, all send; times at 200 messages a second', rate: 200 }),
  chat({
    name: 'flood',
    says: 'rooms of 50, all send, four requests in flight each; times at 400 messages a second',
    inFlight: 4,
    rate: 400,
  }),
  chat({
    name: 'large',
    says: 'one room of 1,000, ten send; times at 10 messages a second',
    clients: 1_000,
    roomSize: 1_000,
    sendersPerRoom: 10,
    rate: 10,
  }),
  {
    name: 'idle',
    says: '5,000 clients log in to rooms of ten, and stay; times of a login',
    unit: 'login',
    scenario: (system, seconds) => ({
      ...common,
      target: at(system),
      clients: seconds.measured < 2 ? 500 : 5_000,
      roomSize: 10,
      login,
      phases: [
        {
          name: phaseNames.most,
          seconds: Math.min(3, seconds.measured),
          measured: true,
          churnPerSecond: 0,
        },
      ],
    }),
  },
]

const common = { connectPerSecond: 100_000, timeoutMs: 20_000, maxLateMs: 10 }

interface ChatWork {
  readonly name: string
  readonly says: string
  /** @default 'delivery' */
  readonly unit?: Unit
  /** @default 200 */
  readonly clients?: number
  /** @default 50 */
  readonly roomSize?: number
  readonly sendersPerRoom?: number
  /** @default 1 */
  readonly inFlight?: number
  /** Of all together, and what every system can do. */
  readonly rate: number
}

function chat({ unit = 'delivery', clients = 200, roomSize = 50, inFlight = 1, ...others }: ChatWork): Work {
  const { name, says, rate, sendersPerRoom } = others
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
        message: say,
        inFlight,
        rate,
        rest: { delivery: 'onChat', ...(sendersPerRoom !== undefined && { sendersPerRoom }) },
      }),
    }),
  }
}

interface Message {
  readonly type: 'request'
  readonly route: string
  readonly message: object
}

interface Doing {
  readonly message: Message
  readonly inFlight: number
  readonly rate: number
  readonly rest?: Pick<Scenario['phases'][number], 'delivery' | 'sendersPerRoom'>
}

function phases({ warm, measured }: Seconds, { message, inFlight, rate, rest }: Doing): Scenario['phases'] {
  const [closed, open] = [
    { ...message, inFlight },
    { ...message, rate },
  ]
  const common = { churnPerSecond: 0, ...rest }
  return [
    { ...common, name: 'warming up', seconds: warm, measured: false, send: closed },
    { ...common, name: phaseNames.most, seconds: measured, measured: true, send: closed },
    { ...common, name: phaseNames.paced, seconds: measured, measured: true, send: open },
  ]
}

function at({ connectors, dialect }: System): Target {
  const path = pathOf[dialect]
  return { connectors: connectors.map((port) => ({ transport: 'ws', host: '127.0.0.1', port, path })) }
}
