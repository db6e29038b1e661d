import { styleText } from 'node:util'
import { addServer, killServers, listServers, restartServers, stopServers } from './admin.ts'
import { CommandError } from './command-error.ts'
import { helpText } from './help.ts'
import { init } from './init.ts'
import { readOptions } from './options.ts'
import { start } from './start.ts'

/** Runs the `pomelo` command, and ends the process. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    process.exitCode = await run(args)
  } catch (error) {
    const text = error instanceof CommandError ? error.message : String((error as Error).stack)
    process.stderr.write(`${styleText('red', text, { stream: process.stderr })}\n`)
    process.exitCode = 1
  }
  process.exit()
}

/** Resolves with the exit code. */
async function run([command = '--help', ...rest]: readonly string[]): Promise<number> {
  if (command === '--version' || command === '-V') return print(version)
  if (command === '--help' || command === '-h' || rest.includes('--help')) return print(helpText)
  if (command === 'masterha')
    throw new CommandError(
      'masterha is not there: servers find one another and serve on without their master, and a new master finds them; start that one.',
    )
  const run = commands.get(command)
  if (run === undefined)
    throw new CommandError('Illegal command format. Use `pomelo --help` to get more info.')
  return run(rest)
}

type Command = (args: readonly string[]) => Promise<number>

const commands = new Map<string, Command>([
  ['init', async (args) => init(args[0] ?? '.')],
  ['start', async (args) => start(readOptions(args, startOptions))],
  ['list', async (args) => listServers(readOptions(args, adminOptions))],
  ['stop', async (args) => stopServers(readOptions(args, adminOptions))],
  ['kill', async (args) => killServers(readOptions(args, { ...adminOptions, force: 'f' }))],
  ['restart', async (args) => restartServers(readOptions(args, { ...adminOptions, type: 't=', id: 'i=' }))],
  ['add', async (args) => addServer(readOptions(args, adminOptions))],
])

const adminOptions = { username: 'u=', password: 'p=', host: 'h=', port: 'P=' } as const
const startOptions = { env: 'e=', daemon: 'D', directory: 'd=', type: 't=', id: 'i=' } as const

/** That of the Pomelo whose command this is. */
const version = '2.2.7 (Shaddock)'

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}
