// Runs a command, and ends it with all that it started when the process that started this one goes, however that goes.
import { spawn } from 'node:child_process'
import { rmSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { descendantsOf } from './processes.ts'

/** What to run. */
export interface Kept {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** Whether the command ends when its channel closes. */
  readonly hasChannel?: boolean
  /** A folder that was made for it, and goes with it. */
  readonly temporary?: string
}

const { command, args, cwd, env, hasChannel = false, temporary } = JSON.parse(process.argv[2] ?? '') as Kept
const output = env['BENCH_VERBOSE'] ? 'inherit' : 'ignore'
const child = spawn(command, args, {
  cwd,
  env,
  stdio: ['ignore', output, output, ...(hasChannel ? ['ipc' as const] : [])],
})
child.once('error', () => process.exit(1))
child.once('exit', () => void end())
process.send?.(child.pid)
process.once('disconnect', () => void end())
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end())

let isEnding = false

async function end(): Promise<void> {
  if (isEnding || child.pid === undefined) return
  isEnding = true
  // before the first ends: the children of the dead are nobody's
  const pids = descendantsOf(child.pid)
  kill(child.pid, 'SIGTERM')
  for (let waits = 0; waits < 30 && pids.some(isAlive); waits++) await sleep(100)
  for (const pid of pids) kill(pid, 'SIGKILL')
  if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true })
  process.exit()
}

function isAlive(pid: number): boolean {
  return kill(pid, 0)
}

/** Returns whether it was there. */
function kill(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal)
  } catch {
    return false
  }
}
