import { readdirSync, readFileSync } from 'node:fs'

/** What the processes of the servers used and hold. */
export interface ServerUsage {
  /** Since the first reading, over all processors. */
  readonly cpuSeconds: number
  readonly memoryBytes: number
  readonly processes: number
}

/** Reads from Linux's /proc what processes use, with all their children, also those that have ended meanwhile. */
export class ServerProcesses {
  readonly #pids: readonly number[]
  readonly #ticks = new Map<number, { readonly first: number; last: number }>()

  constructor(pids: readonly number[]) {
    this.#pids = pids
    this.read()
  }

  read(): ServerUsage {
    let memoryBytes = 0
    let processes = 0
    for (const pid of withChildren(this.#pids)) {
      const usage = usageOf(pid)
      if (!usage) continue
      const known = this.#ticks.get(pid)
      // what a process used before it was first seen is its past, unless it was born meanwhile: then that is little
      if (known) known.last = usage.ticks
      else this.#ticks.set(pid, { first: usage.ticks, last: usage.ticks })
      memoryBytes += usage.memoryBytes
      processes++
    }
    const ticks = [...this.#ticks.values()].reduce((sum, { first, last }) => sum + last - first, 0)
    return { cpuSeconds: ticks / ticksPerSecond, memoryBytes, processes }
  }
}

/** USER_HZ, which is part of the kernel's interface. */
const ticksPerSecond = 100

function withChildren(pids: Iterable<number>, found = new Set<number>()): Set<number> {
  for (const pid of pids) {
    if (found.has(pid)) continue
    found.add(pid)
    withChildren(childrenOf(pid), found)
  }
  return found
}

function childrenOf(pid: number): number[] {
  const lists = namesIn(`/proc/${pid}/task`).map((task) => textOf(`/proc/${pid}/task/${task}/children`))
  return lists.flatMap((list) => list.split(' ').filter(Boolean).map(Number))
}

function usageOf(pid: number): { readonly ticks: number; readonly memoryBytes: number } | undefined {
  const stat = textOf(`/proc/${pid}/stat`)
  // the second field, a name in parentheses, may hold anything
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user, system] = [Number(fields[11]), Number(fields[12])]
  if (stat === '' || Number.isNaN(user + system)) return undefined
  const kilobytes = /^VmRSS:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? '0'
  return { ticks: user + system, memoryBytes: Number(kilobytes) * 1024 }
}

/** Empty when it has gone. */
function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
