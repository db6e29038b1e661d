// The load generator in a process of its own: what it uses is not the servers', and not that of who asks.
import type { Result, Sample } from '../packages/server/src/load/result.ts'
import { runLoad } from '../packages/server/src/load/run.ts'
import type { Scenario } from '../packages/server/src/load/scenario.ts'
import { socketIoProtocol } from './socketio-protocol.ts'
import type { Dialect } from './system.ts'

export interface Order {
  readonly scenario: Scenario
  /** Of the servers' processes, with whose children they are measured. @default none */
  readonly pids?: readonly number[]
  /** @default 'pomelo' */
  readonly dialect?: Dialect
}

/** What it says to who ordered. */
export interface News {
  readonly phase?: string
  readonly sample?: Sample
  readonly result?: Result
  readonly error?: string
}

const tell = (news: News, done: () => void = () => undefined) => process.send?.(news, done)

process.once('disconnect', () => process.exit())
process.once('message', ({ scenario, pids = [], dialect }: Order) => {
  const protocol = dialect === 'socket.io' ? { protocol: socketIoProtocol } : {}
  runLoad(scenario, {
    pids,
    ...protocol,
    onPhase: (phase) => tell({ phase }),
    onSample: (sample) => tell({ sample }),
  }).then(
    (result) => tell({ result }, () => process.disconnect()),
    (error: unknown) => tell({ error: String(error) }, () => process.disconnect()),
  )
})
