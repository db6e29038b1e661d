import type { Phase, Scenario } from '../packages/server/src/load/scenario.ts'
import type { System } from './system.ts'

/** Returns a scenario of the hall's chat, or the example's: clients in rooms, who send to their room. */
export function chatScenario(
  { connectors }: System,
  crowd: { readonly clients: number; readonly roomSize: number; readonly room?: string },
  phases: readonly Phase[],
): Scenario {
  const { clients, roomSize, room = 'r{run}{room}' } = crowd
  return {
    target: {
      connectors: connectors.map((port) => ({ transport: 'ws', host: '127.0.0.1', port, path: '/' })),
    },
    clients,
    connectPerSecond: 100_000,
    roomSize,
    login: [{ route: 'connector.entryHandler.enter', message: { username: 'u{run}{n}', rid: room } }],
    timeoutMs: 30_000,
    // what happens is judged by other means
    maxLateMs: 60_000,
    phases,
  }
}

/** Returns what sends a message of `bytes` letters, and what counts as its delivery. */
export function talk(bytes: number, pace: { readonly rate: number } | { readonly inFlight: number }) {
  const message = { content: `{t}{pad:${bytes - 18}}`, target: '*' }
  const send = { type: 'request', route: 'chat.chatHandler.send', message, ...pace } as const
  return { send, delivery: 'onChat' }
}
