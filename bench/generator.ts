// The load generator in a process of its own: what it uses is not the servers', and not that of who asks.
import { runLoad } from '../packages/server/src/load/run.ts'
import type { Scenario } from '../packages/server/src/load/scenario.ts'
import { socketIoProtocol } from './socketio-protocol.ts'
import type { Dialect } from './system.ts'

export interface Order {
  readonly scenario: Scenario
  readonly pids: readonly number[]
  readonly dialect: Dialect
}

process.once('disconnect', () => process.exit())
process.once('message', (order: Order) => {
  const { scenario, pids, dialect } = order
  const protocol = dialect === 'socket.io' ? { protocol: socketIoProtocol } : {}
  runLoad(scenario, { pids, ...protocol, onSample: (sample) => process.send?.({ sample }) }).then(
    (result) => process.send?.({ result }, () => process.disconnect()),
    (error: unknown) => process.send?.({ error: String(error) }, () => process.disconnect()),
  )
})
