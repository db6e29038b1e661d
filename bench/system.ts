import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runLoad } from '../packages/server/src/load/run.ts'
import type { Scenario } from '../packages/server/src/load/scenario.ts'
import type { Kept } from './keeper.ts'
import { socketIoProtocol } from './socketio-protocol.ts'

/** A system that runs and serves the chat. */
export interface System extends AsyncDisposable {
  readonly name: string
  readonly gate: number
  readonly connectors: readonly number[]
  /** Its first process. */
  readonly pid: number
  readonly dialect: Dialect
  /** The folder that it was started in. */
  readonly directory: string
}

/** What its clients speak. */
export type Dialect = 'pomelo' | 'socket.io'

/** A system that can be started, or why it cannot. */
export interface SystemChoice {
  readonly name: string
  readonly absence?: string
  launch(): Promise<Launch>
}

/** How a system is started. */
export interface Launch {
  readonly kept: Kept
  readonly gate: number
  readonly connectors: readonly number[]
  readonly dialect?: Dialect
}

/** Starts a system; resolves when it serves. It ends with this process, however that ends. */
export async function startSystem(name: string, launch: Launch): Promise<System> {
  const { gate, connectors, kept, dialect = 'pomelo' } = launch
  const keeper = fork(join(import.meta.dirname, 'keeper.ts'), [JSON.stringify(kept)])
  const ended = once(keeper, 'exit')
  const [pid] = (await Promise.race([once(keeper, 'message'), ended.then(() => [])])) as [number?]
  const system: System = {
    name,
    gate,
    connectors,
    pid: pid ?? 0,
    dialect,
    directory: kept.cwd,
    async [Symbol.asyncDispose]() {
      if (keeper.connected) keeper.disconnect()
      await ended
    },
  }
  try {
    const isGone = () => keeper.exitCode !== null || keeper.signalCode !== null
    await serves(system, isGone)
    return system
  } catch (error) {
    await system[Symbol.asyncDispose]()
    throw error
  }
}

/** The path of a dialect's WebSocket. */
export const pathOf: Record<Dialect, string> = {
  pomelo: '/',
  'socket.io': '/socket.io/?EIO=4&transport=websocket',
}

/** Resolves when clients can log in and chat, whichever of its servers they meet. */
async function serves(system: System, isGone: () => boolean): Promise<void> {
  const failAtMs = performance.now() + patienceMs
  let good = 0
  while (good < 3) {
    if (isGone()) throw new Error(`${system.name} ended while it started: BENCH_VERBOSE=1 shows what it says`)
    if (performance.now() > failAtMs)
      throw new Error(`${system.name} does not serve after ${patienceMs / 1_000} s`)
    if (await answers(system)) good++
    else await sleep(200)
  }
  await sleep(settleMs)
}

async function answers(system: System): Promise<boolean> {
  try {
    const protocol = system.dialect === 'socket.io' ? { protocol: socketIoProtocol } : {}
    const { entering, phases } = await runLoad(probe(system), protocol)
    return entering.count === system.connectors.length && (phases[0]?.deliveries ?? 0) > 0
  } catch {
    return false
  }
}

function probe({ connectors, dialect }: System): Scenario {
  const path = pathOf[dialect]
  return {
    target: { connectors: connectors.map((port) => ({ transport: 'ws', host: '127.0.0.1', port, path })) },
    clients: connectors.length,
    connectPerSecond: 1_000,
    roomSize: 1,
    login: [{ route: 'connector.entryHandler.enter', message: { username: 'probe', rid: '{run}{n}' } }],
    timeoutMs: 1_000,
    maxLateMs: 1_000,
    phases: [
      {
        name: 'probe',
        seconds: 0.2,
        measured: true,
        churnPerSecond: 0,
        delivery: 'onChat',
        send: {
          type: 'request',
          route: 'chat.chatHandler.send',
          message: { content: '{t}', target: '*' },
          inFlight: 1,
        },
      },
    ],
  }
}

const patienceMs = 40_000
/** What a process does right after its start is not its work. */
const settleMs = 1_000
