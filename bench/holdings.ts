import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Observer } from './observer.ts'
import { median } from './statistics.ts'

/** What a process holds. */
export interface Holdings {
  /** Resident, when garbage has just been collected. */
  readonly memoryBytes: number
  /** Of its objects, garbage apart; unknown of the master, as all below. */
  readonly heapBytes?: number
  /** Open files and sockets. */
  readonly files: number
  /** What keeps its event loop alive, and what it has set or asked: `3 PipeWrap`. */
  readonly resources?: string
}

/** What all processes hold, by the id of the server. */
export type Stock = ReadonlyMap<string, Holdings>

/** Reads some times, since memory comes and goes, and takes the medians. */
export async function takeStock(observer: Observer): Promise<Stock> {
  const all: Stock[] = []
  for (let reading = 0; reading < readings; reading++) {
    if (reading > 0) await sleep(betweenMs)
    all.push(await look(observer))
  }
  const last = all.at(-1)!
  return new Map(
    [...last].map(([id, holdings]) => [
      id,
      middleOf(
        holdings,
        all.map((stock) => stock.get(id)!),
      ),
    ]),
  )
}

const readings = 5
const betweenMs = 500

/** Takes stock when all is as before, or will not be any more. */
export async function settled(observer: Observer, before: Stock): Promise<Stock> {
  const failAtMs = performance.now() + patienceMs
  for (;;) {
    const now = await look(observer)
    if (differences(before, now).length === 0 || performance.now() > failAtMs) return now
    await sleep(betweenMs)
  }
}

/** Sockets that were closed a moment ago are not gone at once. */
const patienceMs = 30_000

/** Returns what processes hold that they did not before, in sentences. */
export function differences(before: Stock, after: Stock): string[] {
  return [...before].flatMap(([id, held]) => {
    const now = after.get(id)
    if (!now) return [`${id} is not there any more`]
    const sentences: string[] = []
    if (now.files !== held.files) sentences.push(`${id} had ${held.files} files open, and has ${now.files}`)
    if (now.resources !== held.resources)
      sentences.push(`${id} held ${held.resources ?? 'nothing'}, and holds ${now.resources ?? 'nothing'}`)
    return sentences
  })
}

async function look(observer: Observer): Promise<Stock> {
  await observer.collectGarbage()
  const all = await observer.allStats()
  return new Map(
    observer.processes().map(({ id, pid }) => {
      const files = readdirSync(`/proc/${pid}/fd`).length
      const stats = all.get(id)
      if (!stats) return [id, { files, memoryBytes: residentBytes(pid) }]
      const { memoryBytes, heapBytes, connections = 0, calls, timers } = stats
      const held = { ...stats.resources, connections, 'calls in flight': calls, timers }
      return [id, { files, memoryBytes, heapBytes, resources: describe(held) }]
    }),
  )
}

function middleOf(last: Holdings, all: readonly Holdings[]): Holdings {
  const memoryBytes = median(all.map((each) => each.memoryBytes))
  if (last.heapBytes === undefined) return { ...last, memoryBytes }
  return { ...last, memoryBytes, heapBytes: median(all.map((each) => each.heapBytes ?? NaN)) }
}

function residentBytes(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]
  return Number(kilobytes) * 1024
}

function describe(counts: Readonly<Record<string, number>>): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0)
  return some
    .map(([name, count]) => `${count} ${name}`)
    .sort()
    .join(', ')
}
