/** Microseconds by what they were spent on. */
export type TimeByPart = ReadonlyMap<string, number>

/** On the clock of `process.hrtime`, which all processes of the machine share. */
export interface Span {
  readonly fromUs: number
  readonly toUs: number
}

/** What V8 writes. Times are microseconds. */
interface CpuProfile {
  readonly startTime: number
  readonly nodes: readonly {
    readonly id: number
    readonly callFrame: { readonly functionName: string; readonly url: string }
  }[]
  /** The function that ran, by its node, and how long after the last sample. */
  readonly samples: readonly number[]
  readonly timeDeltas: readonly number[]
}

/** Returns the self times in a profile, of the samples in `span`. */
export function readProfile(text: string, { fromUs, toUs }: Span): TimeByPart {
  const { startTime, nodes, samples, timeDeltas } = JSON.parse(text) as CpuProfile
  const partOfNode = new Map(nodes.map(({ id, callFrame }) => [id, partOf(callFrame)]))
  const times = new Map<string, number>()
  let atUs = startTime
  for (const [index, node] of samples.entries()) {
    atUs += timeDeltas[index]!
    // a sample stands for the time until the next
    const us = timeDeltas[index + 1] ?? 0
    if (atUs < fromUs || atUs >= toUs) continue
    const part = partOfNode.get(node)!
    times.set(part, (times.get(part) ?? 0) + us)
  }
  return times
}

function partOf({ functionName, url }: { readonly functionName: string; readonly url: string }): string {
  if (url === '') return nativePart(functionName)
  for (const [pattern, part] of parts) {
    const found = pattern.exec(url)
    if (found) return part.replace('$1', found[1] ?? '')
  }
  return 'other modules'
}

/** The first that fits. */
const parts: readonly (readonly [RegExp, string])[] = [
  [/^node:(net|events|internal\/(stream|streams)|_http|stream)/, 'node: sockets and streams'],
  [/^node:(timers|internal\/(timers|process\/(promises|task_queues)|async_hooks))/, 'node: timers and turns'],
  [/^node:(buffer|internal\/(buffer|encoding|util\/types))/, 'node: buffers'],
  [/^node:/, 'node: other'],
  [/\/node_modules\/ws\//, 'ws'],
  [/\/packages\/protocol\//, 'protocol'],
  [/\/packages\/server\/src\/(\w+)\//, '$1'],
  [/\/packages\/server\/src\/([\w-]+)\.ts$/, '$1'],
  [/\/bench\/floor\//, 'floor'],
  [/\/game-server\/app|\/hall\/app/, 'the application'],
  [/\/node_modules\/([^/]+)\//, '$1'],
]

function nativePart(name: string): string {
  if (name === '(idle)') return 'idle'
  if (name === '(garbage collector)') return 'garbage collection'
  if (/^(write|shutdown)/.test(name)) return 'writing (system calls)'
  if (name === '(program)') return 'reading and polling (native)'
  if (name === 'runMicrotasks') return 'node: timers and turns'
  return 'other native functions'
}
