import type { Phase, Scenario } from '../packages/server/src/load/scenario.ts'
import type { System } from './system.ts'

/** Clients in rooms. */
export interface ChatCrowd {
  readonly clients: number
  readonly roomSize: number
  /** How many of each room send. @default all */
  readonly sendersPerRoom?: number
  /** The name of each room. @default one that no other run has */
  readonly room?: string
}

/** What a phase of a chat does. */
export type ChatPhase = Omit<Phase, 'sendersPerRoom'>

/** Returns a scenario of the hall's chat, or the example's: clients in rooms, who send to their room. */
export function chatScenario(
  { connectors }: System,
  { clients, roomSize, sendersPerRoom = roomSize, room = 'r{run}{room}' }: ChatCrowd,
  phases: readonly ChatPhase[],
): Scenario {
  return {
    target: {
      connectors: connectors.map((port) => ({ transport: 'ws', host: '127.0.0.1', port, path: '/' })),
    },
    clients,
    // no faster: a login of thousands at once is another work
    connectPerSecond: 1_000,
    roomSize,
    login: [{ route: 'connector.entryHandler.enter', message: { username: 'u{run}{n}', rid: room } }],
    timeoutMs: 30_000,
    maxLateMs: 10,
    phases: phases.map((phase) => ({ ...phase, sendersPerRoom })),
  }
}

/** Returns what sends a message of `bytes` letters, and what counts as its delivery. */
export function talk(bytes: number, pace: { readonly rate: number } | { readonly inFlight: number }) {
  const message = { content: `{t}{pad:${bytes - 18}}`, target: '*' }
  const send = { type: 'request', route: 'chat.chatHandler.send', message, ...pace } as const
  return { send, delivery: 'onChat' }
}
