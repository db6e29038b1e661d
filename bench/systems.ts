import { spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePorts } from '../scripts/free-ports.ts'
import { listPeers } from './peers.ts'
import type { Launch, SystemChoice } from './system.ts'

const here = import.meta.dirname
const env = { ...process.env, NODE_ENV: 'production' }

/** Returns what can be compared, the floor first. `peers` is the folder in whose `node_modules` others are. */
export function listSystems(peers = join(here, 'peers')): SystemChoice[] {
  return [
    { name: 'floor', launch: launchFloor },
    { name: 'local', launch: () => launchShaddock([]) },
    { name: 'single', launch: () => launchShaddock(['--single']) },
    { name: 'nats', launch: () => launchOverNats(), ...absenceOfNats() },
    ...listPeers(peers),
  ]
}

/** Returns the buses over which processes talk, each with what starts the chat on it. */
export function listBuses(options: ChatOptions): SystemChoice[] {
  return [
    { name: 'local', launch: () => launchShaddock([], options) },
    { name: 'nats', launch: () => launchOverNats(options), ...absenceOfNats() },
  ]
}

async function launchFloor(): Promise<Launch> {
  const connectors = await freePorts(2)
  const kept = {
    command: process.execPath,
    args: [join(here, 'floor/floor.ts'), ...connectors.map(String)],
    cwd: here,
    env,
  }
  return { kept, gate: connectors[0]!, connectors }
}

const natsServer = process.env['NATS_SERVER'] || 'nats-server'

function absenceOfNats(): { absence?: string } {
  return spawnSync(natsServer, ['--version']).error ? { absence: `there is no ${natsServer}` } : {}
}

/** The same processes as `local`, and a NATS server, which is one of them: what it uses counts too. */
async function launchOverNats(options: ChatOptions = {}): Promise<Launch> {
  const [port = 0] = await freePorts(1)
  const config = { 'cluster.json': { nats: { application: 'bench' } }, ...options.config }
  const cluster = ['--cluster', `nats://127.0.0.1:${port}`]
  const { kept, ...launch } = await launchShaddock(cluster, { ...options, config })
  const script = '"$0" -a 127.0.0.1 -p "$1" & shift; exec "$@"'
  const args = ['-c', script, natsServer, String(port), kept.command, ...kept.args]
  return { ...launch, kept: { ...kept, command: 'sh', args } }
}

/** Starts the chat of the examples, as a user does. */
export async function launchShaddock(args: readonly string[], options: ChatOptions = {}): Promise<Launch> {
  const [gate = 0, ...connectors] = await freePorts(1 + (options.connectors ?? 2))
  const directory = await makeChat(gate, connectors, options)
  const command = fileURLToPath(new URL('bin/shaddock.js', import.meta.resolve('shaddock/package.json')))
  return {
    kept: {
      command: process.execPath,
      args: [command, 'start', '--dir', directory, '--env', 'production', '--attached', ...args],
      cwd: directory,
      env,
      hasChannel: true,
      temporary: directory,
    },
    gate,
    connectors,
  }
}

export interface ChatOptions {
  /** @default 2 */
  readonly connectors?: number
  /** @default 1, as the floor has */
  readonly chats?: number
  /** Where the application is. @default the chat of the examples */
  readonly source?: string
  /** Node's own options for the process of each server. @default none */
  readonly args?: readonly string[]
  /** Whether there is a gate. @default true */
  readonly hasGate?: boolean
  /** Config files by name. */
  readonly config?: Readonly<Record<string, object>>
}

/** A folder with the example's code and config of its own. */
async function makeChat(gate: number, ports: readonly number[], options: ChatOptions): Promise<string> {
  const { source = exampleChat(), hasGate = true, args = [] } = options
  const directory = await mkdtemp(join(tmpdir(), 'shaddock-bench-'))
  await symlink(join(source, 'app'), join(directory, 'app'))
  await symlink(join(source, 'app.ts'), join(directory, 'app.ts'))
  await mkdir(join(directory, 'config'))
  const host = '127.0.0.1'
  const servers = {
    ...(hasGate && { gate: [{ id: 'gate-1', host, clientPort: gate, args }] }),
    connector: ports.map((clientPort, index) => ({ id: `connector-${index + 1}`, host, clientPort, args })),
    chat: Array.from({ length: options.chats ?? 1 }, (_, index) => ({ id: `chat-${index + 1}`, args })),
  }
  const files = {
    'servers.json': { production: servers },
    'log.json': { level: 'warn' },
    // clients of a benchmark come all at once, and do not come again
    'connector.json': { loginsPerSecond: 0 },
    ...options.config,
  }
  for (const [name, content] of Object.entries(files)) {
    await writeFile(join(directory, 'config', name), JSON.stringify(content))
  }
  return directory
}

function exampleChat(): string {
  return fileURLToPath(new URL('game-server/', import.meta.resolve('@shaddock/example-chat/package.json')))
}

/** The chat of `hall/`, without a gate. */
export const hall: ChatOptions = { source: join(here, 'hall'), hasGate: false }
