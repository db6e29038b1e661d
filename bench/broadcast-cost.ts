import { readdirSync, readFileSync } from 'node:fs'
import { formatNumber } from '../packages/server/src/load/numbers.ts'
import type { Scenario } from '../packages/server/src/load/scenario.ts'
import { chatScenario, talk } from './chat-scenario.ts'
import { generateTrusted } from './generate.ts'
import type { Observer } from './observer.ts'
import { descendantsOf } from './processes.ts'
import { Refusal } from './refusal.ts'
import type { System } from './system.ts'

/** What one broadcast cost, with the call that caused it, and its answer. */
export interface Cost {
  readonly connectors: number
  readonly members: number
  /** Sent by all servers together. */
  readonly busBytes: number
  /** Of those, what the chat server sent. */
  readonly chatBytes: number
  /** Microseconds of CPU. */
  readonly chatUs: number
  /** Of all connectors together. */
  readonly connectorsUs: number
  /** Of all that runs: what carries the bus too. */
  readonly systemUs: number
  readonly p99Ms: number
}

export interface Broadcasts {
  readonly members: number
  readonly seconds: number
}

/**
 * Pushes to a room for a while, and compares with as long a while without.
 * @throws {Refusal} the load generator was the bottleneck, or a push did not reach all.
 */
export async function measureBroadcasts(
  system: System,
  observer: Observer,
  { members, seconds }: Broadcasts,
): Promise<Omit<Cost, 'connectors'>> {
  const readings: Promise<Usage>[] = []
  const scenario = scenarioOf(system, members, seconds)
  const { phases } = await generateTrusted(
    { scenario },
    { onPhase: () => readings.push(read(system, observer)) },
  )
  const [{ sent, delivering }, late] = [phases[2]!, phases[3]!]
  const delivered = delivering.count + late.deliveries
  if (delivered !== sent * members)
    throw new Refusal(`of ${sent * members} deliveries to ${members} members ${delivered} came`)

  const [, idleFrom, idleTo, , to] = (await Promise.all(readings)) as [Usage, Usage, Usage, Usage, Usage]
  const share = (to.atMs - idleTo.atMs) / (idleTo.atMs - idleFrom.atMs)
  const each = (of: Exclude<keyof Usage, 'atMs'>) =>
    Math.max(0, to[of] - idleTo[of] - share * (idleTo[of] - idleFrom[of])) / sent
  return {
    members,
    busBytes: each('busBytes'),
    chatBytes: each('chatBytes'),
    chatUs: each('chatUs'),
    connectorsUs: each('connectorsUs'),
    systemUs: each('systemUs'),
    p99Ms: delivering.p99,
  }
}

/** Returns where the bytes on the bus depend on how many hear a broadcast, in sentences. */
export function failuresOf(costs: readonly Cost[]): string[] {
  return [...Map.groupBy(costs, ({ connectors }) => connectors)].flatMap(([connectors, alike]) => {
    const bytes = alike.map(({ busBytes }) => busBytes)
    const [least, most] = [Math.min(...bytes), Math.max(...bytes)]
    if (most <= (1 + maxSpread) * least) return []
    const from = `from ${formatNumber(least)} to ${formatNumber(most)} bytes`
    return [`over ${connectors} connectors a broadcast took ${from}, depending on how many members hear it`]
  })
}

/** The sender's name and the like may have a digit more. */
const maxSpread = 0.05

/** What servers have used so far. */
interface Usage {
  readonly atMs: number
  readonly busBytes: number
  readonly chatBytes: number
  readonly chatUs: number
  readonly connectorsUs: number
  readonly systemUs: number
}

async function read(system: System, observer: Observer): Promise<Usage> {
  const atMs = performance.now()
  const ofType = (wanted: string) => observer.servers().filter(({ type }) => type === wanted)
  const cpuOf = (wanted: string) => sum(ofType(wanted).map(({ pid }) => cpuUs(pid)))
  const [chatUs, connectorsUs] = [cpuOf('chat'), cpuOf('connector')]
  const systemUs = sum(descendantsOf(system.pid).map(cpuUs))
  const stats = await observer.allStats()
  const bytesOf = (ids: Iterable<string>) => sum([...ids].map((id) => stats.get(id)?.bus?.sentBytes ?? 0))
  const busBytes = bytesOf(stats.keys())
  const chatBytes = bytesOf(ofType('chat').map(({ id }) => id))
  return { atMs, busBytes, chatBytes, chatUs, connectorsUs, systemUs }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

/** Returns how long the threads of a process have run: to the nanosecond, where the usual accounts have hundredths. */
function cpuUs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const runNs = (thread: string) =>
    Number.parseInt(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8'), 10)
  return sum(threads.map(runNs)) / 1_000
}

function scenarioOf(system: System, members: number, seconds: number): Scenario {
  // half of what one process can write, one push after the other
  const rate = Math.min(20, 40_000 / members)
  const still = { measured: false, churnPerSecond: 0 }
  const push = { measured: true, churnPerSecond: 0, ...talk(32, { rate }) }
  return {
    ...chatScenario(system, { clients: members, roomSize: members, sendersPerRoom: 1 }, [
      { name: 'settling', seconds: 2, ...still },
      { name: 'idle', seconds, ...still },
      { name: 'broadcast', seconds, ...push },
      { name: 'arriving', seconds: 2, delivery: push.delivery, ...still },
      { name: 'over', seconds: 0.1, ...still },
    ]),
    // what a push costs does not depend on when it leaves; a few that leave along with the next do not change the mean
    maxLateMs: 1_000,
  }
}
