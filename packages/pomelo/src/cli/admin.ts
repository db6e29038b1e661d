import { AdminClient } from '../admin/admin-client.ts'
import { readConfigFile } from '../config/config-file.ts'
import { CommandError } from './command-error.ts'
import type { Options } from './options.ts'
import { formatTable } from './table.ts'

/** Prints the master and its servers, by type and id. */
export async function listServers(options: Options): Promise<number> {
  const { msg = {} } = (await ask(options, { signal: 'list' })) as { msg?: Record<string, Status> }
  const rows = Object.values(msg).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  return print(formatTable([head, ...rows.map((row) => columns.map((column) => String(row[column] ?? '')))]))
}

/** Stops servers by their ids; without ids all, and their master. */
export async function stopServers(options: Options): Promise<number> {
  print('Closing the application......\nPlease wait......')
  await ask(options, { signal: 'stop', ids: options.words })
  return 0
}

export async function killServers(options: Options): Promise<number> {
  if (options.flags.has('force'))
    throw new CommandError(
      'kill --force is not there, as it ended every node process of the machine: use "pomelo kill", which ends those of this application',
    )
  print('Closing the application......\nPlease wait......')
  const { code, serverIds } = (await ask(options, { signal: 'kill' })) as {
    code?: string
    serverIds?: unknown
  }
  if (code === 'ok') return print('All the servers have been terminated!')
  return print(`There may be some servers remained: ${JSON.stringify(serverIds)}`)
}

export async function restartServers(options: Options): Promise<number> {
  const { id, type } = options.values
  const fails = (await ask(options, {
    signal: 'restart',
    ids: id === undefined ? [] : [id],
    type,
  })) as string[]
  if (fails.length === 0) return print('Successfully restart server.')
  print(`restart fails server ids: ${JSON.stringify(fails)}`)
  return 1
}

export async function addServer(options: Options): Promise<number> {
  await ask(options, { signal: 'add', args: options.words })
  return print('Successfully add server.')
}

type Status = Readonly<Record<string, unknown>>

const columns = ['serverId', 'serverType', 'pid', 'rss', 'heapTotal', 'heapUsed', 'uptime']
const head = ['serverId', 'serverType', 'pid', 'rss(M)', 'heapTotal(M)', 'heapUsed(M)', 'uptime(m)']

function keyOf({ serverType, serverId }: Status): string {
  return `${String(serverType)}\0${String(serverId)}`
}

/** Tells the master's console. @throws {CommandError} the master is not there, or refuses. */
async function ask({ values }: Options, body: Readonly<Record<string, unknown>>): Promise<unknown> {
  const { username = 'admin', password = 'admin', host = '127.0.0.1', port = portHere() } = values
  const id = `pomelo_${String(body['signal'])}_${Date.now()}`
  const client = await AdminClient.open(id, { host, port: Number(port), username, password }).catch(
    (error: unknown) => {
      throw new CommandError(`Fail to connect to admin console server: ${(error as Error).message}`)
    },
  )
  try {
    const answer = await client.request('__console__', body)
    if (answer.error) throw new CommandError(messageOf(answer.error))
    return answer.body
  } finally {
    client.close()
  }
}

function messageOf(error: unknown): string {
  if (typeof error === 'string') return error
  return String((error as { message?: unknown }).message ?? JSON.stringify(error))
}

/** The port of the application in this folder, or the one that all have by default. */
function portHere(): string {
  const environment = process.env['NODE_ENV'] || 'development'
  const { port = 3005 } = (readConfigFile('.', environment, 'config/master.json')?.value ?? {}) as {
    port?: unknown
  }
  return String(port)
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}
