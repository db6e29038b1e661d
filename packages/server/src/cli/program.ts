import { readFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import type { BenchCommand } from './bench.ts'

/** Returns what reads the words after `shaddock`. A command is loaded only when it runs. */
export function createProgram(): Command {
  const program = new Command('shaddock')
    .description('Starts and watches the servers of an application.')
    .version(readVersion())
    .helpCommand(false)
    .configureOutput({ outputError: (text, write) => write(inOneLine(text)) })
  addInit(program)
  addStart(program)
  addList(program)
  addOrders(program)
  addAdd(program)
  addRoutes(program)
  addBench(program)
  addHelp(program)
  return program
}

function inOneLine(text: string): string {
  return text.replace(/^error:/, 'shaddock:').replace(/\n\(Did you mean (.*)\)/, ': did you mean $1')
}

function addInit(program: Command): void {
  program
    .command('init')
    .description('make a new project: a small chat to begin with')
    .argument('[dir]', 'its folder', '.')
    .option('--force', 'write into a folder that is not empty')
    .addHelpText('after', examples('init my-chat'))
    .action(async (directory: string, options: { force?: boolean }) =>
      (await import('./init.ts')).init(directory, options),
    )
}

function addStart(program: Command): void {
  program
    .command('start')
    .description('start all servers, and those again that die')
    .addOption(dirOption())
    .option(
      '--env <name>',
      'the environment to take from the config',
      process.env['NODE_ENV'] || 'development',
    )
    .option('--type <types...>', 'start only the servers of these types')
    .option('--id <ids...>', 'start only these servers')
    .option('--single', 'run all servers in one process')
    .option(
      '--cluster <addresses>',
      'reach the servers of other machines through NATS: nats://a:4222,nats://b:4222',
    )
    .option(
      '--hosts <hosts>',
      'start the servers of these hosts, with commas, instead of those of this machine',
    )
    .option('--daemon', 'go on in the background; output goes to logs/master.out')
    .addOption(new Option('--attached', 'end with the process that started this one').hideHelp())
    .addHelpText(
      'after',
      examples(
        'start',
        'start --env production --daemon',
        'start --type gate connector',
        'start --single',
        'start --cluster nats://10.0.0.1:4222',
      ),
    )
    .action(async ({ type, id, ...options }: StartOptions) =>
      (await import('./start.ts')).start({
        ...options,
        ...(type !== undefined && { types: type }),
        ...(id !== undefined && { ids: id }),
      }),
    )
}

function addBench(program: Command): void {
  program
    .command('bench')
    .description('drive a server with many clients and measure it')
    .argument('<scenario>', 'a JSON file: docs/guide/bench.md describes it')
    .option('--pids <ids>', "the servers' processes, with commas: their CPU and memory")
    .option('--json <file>', 'write the numbers')
    .option('--html <file>', 'write a report')
    .option('--force', 'show a result that is not to be trusted')
    .addHelpText('after', examples('bench talk.json --html talk.html', 'bench talk.json --pids 4711'))
    .action(async (file: string, options: Omit<BenchCommand, 'file'>) =>
      (await import('./bench.ts')).bench({ file, ...options }),
    )
}

function addList(program: Command): void {
  program
    .command('list')
    .description('show the servers that run')
    .addOption(dirOption())
    .option('--json', 'print JSON')
    .addHelpText('after', examples('list', 'list --json'))
    .action(async (options: DirOption & { json?: boolean }) => (await import('./list.ts')).list(options))
}

function addOrders(program: Command): void {
  program
    .command('stop')
    .description('end servers when their calls in flight are done')
    .argument('[ids...]', 'which ones; without, all and their master')
    .addOption(dirOption())
    .addHelpText('after', examples('stop', 'stop chat-1 chat-2'))
    .action(async (ids: string[], options: DirOption) =>
      (await import('./stop.ts')).stop({ ids: distinct(ids), ...options }),
    )
  program
    .command('kill')
    .description('end servers at once')
    .argument('[ids...]', 'which ones; without, all and their master')
    .addOption(dirOption())
    .addHelpText('after', examples('kill chat-1', 'kill'))
    .action(async (ids: string[], options: DirOption) =>
      (await import('./kill.ts')).kill({ ids: distinct(ids), ...options }),
    )
  program
    .command('restart')
    .description('stop and start servers, one after the other')
    .argument('[ids...]', 'which ones, stopped ones too; without, all that run')
    .addOption(dirOption())
    .addHelpText('after', examples('restart', 'restart chat-1'))
    .action(async (ids: string[], options: DirOption) =>
      (await import('./restart.ts')).restart({ ids: distinct(ids), ...options }),
    )
}

function addAdd(program: Command): void {
  program
    .command('add')
    .description('start one more server')
    .argument('<key=value...>', 'what config/servers.json would say of it, and its type')
    .addOption(dirOption())
    .addHelpText(
      'after',
      examples('add id=chat-3 type=chat', 'add id=connector-3 type=connector clientPort=3052'),
    )
    .action(async (pairs: string[], options: DirOption) =>
      (await import('./add.ts')).add({ pairs, ...options }),
    )
}

function addRoutes(program: Command): void {
  program
    .command('routes')
    .description('show what clients and servers can call')
    .addOption(dirOption())
    .addHelpText('after', examples('routes'))
    .action(async (options: DirOption) => (await import('./routes.ts')).routes(options))
}

/** Not commander's own, which answers an unknown name with all that there is. */
function addHelp(program: Command): void {
  program
    .command('help')
    .description('show how to use a command')
    .argument('[command]', 'which one; without, all')
    .addHelpText('after', examples('help', 'help start'))
    .action((name?: string) => {
      const command = name === undefined ? program : program.commands.find((known) => known.name() === name)
      if (command !== undefined) command.help()
      program.parse([name ?? ''], { from: 'user' })
    })
}

/** What is named twice is meant once. */
function distinct(ids: readonly string[]): readonly string[] {
  return [...new Set(ids)]
}

interface DirOption {
  readonly dir?: string
}

interface StartOptions extends DirOption {
  readonly env: string
  readonly single?: boolean
  readonly cluster?: string
  readonly hosts?: string
  readonly daemon?: boolean
  readonly attached?: boolean
  readonly type?: string[]
  readonly id?: string[]
}

function dirOption(): Option {
  return new Option(
    '--dir <folder>',
    'the application, or the folder of its game-server (default: this folder)',
  )
}

function examples(...lines: readonly string[]): string {
  return `\nExamples:\n${lines.map((line) => `  shaddock ${line}`).join('\n')}`
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
