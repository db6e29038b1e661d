import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { startEnvironment } from 'shaddock/embed'
import { CommandError } from './command-error.ts'
import { startDaemon } from './daemon.ts'
import type { Options } from './options.ts'

/** Starts an application; resolves with its exit code, or when it has started if it goes on in the background. */
export async function start({ values, flags, words }: Options): Promise<number> {
  const directory = resolve(values['directory'] ?? '.')
  const main = join(directory, 'app.js')
  if (!existsSync(main))
    throw new CommandError(
      `Fail to find an appropriate script to run: there is no ${main}.\nPlease check the current work directory or the directory specified by option --directory.`,
    )
  mkdirSync(join(directory, 'logs'), { recursive: true })
  const { env = words[0] ?? 'development', type = 'all', id } = values
  const args = [main, `env=${env}`, `type=${type}`, ...(id === undefined ? [] : [`startId=${id}`])]
  const options = { cwd: directory, env: { ...process.env, ...startEnvironment() } }
  if (flags.has('daemon')) {
    const output = join(directory, 'logs/master.out')
    await startDaemon(args, output, options)
    process.stdout.write(`The application is running in the background now. It prints to ${output}\n`)
    return 0
  }
  const child = spawn(process.execPath, args, { ...options, stdio: 'inherit' })
  // a terminal tells the application too, and it takes a moment to stop
  process.on('SIGINT', () => undefined)
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  const [code] = (await once(child, 'exit')) as [number | null]
  return code ?? 1
}
