import { fork } from 'node:child_process'
import { once } from 'node:events'
import { closeSync } from 'node:fs'
import { SetupError } from '../errors.ts'
import { openBackgroundOutput } from './background-output.ts'
import { outliveReaders } from './console.ts'
import { command } from './launch-process.ts'
import { runMaster } from './master.ts'
import type { MasterPlan, Readiness } from './master.ts'
import { reasonOf } from './report-error.ts'
import { listenForStop } from './stop-request.ts'

/** What the master tells the command that started it, once. */
type DaemonReport =
  | { readonly kind: 'ready'; readonly readiness: Readiness }
  | { readonly kind: 'failed'; readonly why: string }

/** A master that runs, with its servers. */
export interface Daemon {
  readonly pid: number
  readonly readiness: Readiness
}

/**
 * Starts a master that outlives this process and its terminal. Resolves when all servers are ready.
 * @throws {SetupError} it could not start; nothing is left of it.
 */
export async function startDaemon(plan: MasterPlan): Promise<Daemon> {
  const { directory } = plan.application
  const output = openBackgroundOutput(directory)
  const child = fork(command, ['master', directory], {
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
  })
  closeSync(output)
  const ended = once(child, 'exit')
  // if it has died already, that is told by its end
  child.send(plan, () => undefined)
  const [report] = (await Promise.race([once(child, 'message'), ended])) as [DaemonReport | number | null]
  if (typeof report === 'object' && report?.kind === 'ready' && child.pid !== undefined)
    return { pid: child.pid, readiness: report.readiness }
  await ended
  const why = typeof report === 'object' && report?.kind === 'failed' ? report.why : 'its master ended early'
  throw new SetupError(why)
}

/** Runs the master that `startDaemon` describes, in a process of its own. Resolves with the exit code. */
export async function runDaemon(): Promise<number> {
  if (process.send === undefined) throw new SetupError('a master is started by "shaddock start --daemon"')
  outliveReaders()
  const stop = listenForStop()
  // until it is ready, whoever waits for that may give up
  process.once('disconnect', stop.request)
  const [plan] = (await once(process, 'message')) as [MasterPlan]
  try {
    await runMaster(plan, {
      stop,
      onReady: (readiness) => {
        process.off('disconnect', stop.request)
        void report({ kind: 'ready', readiness }).then(() => process.disconnect())
      },
    })
    return 0
  } catch (error) {
    await report({ kind: 'failed', why: reasonOf(error) })
    throw error
  }
}

function report(message: DaemonReport): Promise<void> {
  return new Promise((resolve) => {
    if (!process.connected) resolve()
    else process.send?.(message, () => resolve())
  })
}
