import { reportError } from './report-error.ts'

/** Runs the `shaddock` command, and ends the process: an application's modules may hold timers and sockets. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    process.exitCode = await run(args)
  } catch (error) {
    reportError(error)
    process.exitCode = 1
  }
  process.exit()
}

/** Each process of an application comes here: what it does not need, it does not load. */
async function run(args: readonly string[]): Promise<number> {
  if (args[0] === 'server') return (await import('./server.ts')).runServer()
  if (args[0] === 'master') return (await import('./daemon.ts')).runDaemon()
  const { createProgram } = await import('./program.ts')
  await createProgram().parseAsync(args, { from: 'user' })
  return Number(process.exitCode ?? 0)
}
